label personal "names and addresses"
package ui
