package ui

verified "the customer has proved who they are"
zone "Europe/Berlin"
