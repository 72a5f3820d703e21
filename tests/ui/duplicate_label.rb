package ui

label a "x"
label a "y"
