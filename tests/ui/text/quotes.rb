package ui

label personal “names and addresses”
label secret "for few eyes" – 
label odd "half”
