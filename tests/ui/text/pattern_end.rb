package ui

detector iban "bank account" /[A-Z]{2}[0-9]{2}
