package ui

label "names and addresses"
proof verified "the customer has proved who they are" 15 minutes
