package ui

proof verified "who they are" lasts 0 minutes
table rates { code: string key  rate: decimal } rows { ("a", 0.1) } lasts 0 days
