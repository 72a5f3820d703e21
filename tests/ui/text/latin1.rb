package ui

label customer "names of customers, clients fidèles"
