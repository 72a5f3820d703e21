workspace ui

package ui in "src/" declares labels
