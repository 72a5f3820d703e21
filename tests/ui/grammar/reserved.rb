package ui

label deny "what must not be"
label with "what is with"
