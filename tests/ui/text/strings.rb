package ui

label personal "names and addresses
label secret "for \few eyes"
label public 'for all'
label odd "\u{110000}"
