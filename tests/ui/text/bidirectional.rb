package ui

label personal "a person's data" # ‮nothing to see‬
