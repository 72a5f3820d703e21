package ui

table rates { code: string key  rate: decimal } rows {
  ("a", 0.1)
  ("b")
  ("a", 0.2)
}
table empty { code: string key }
table both from "both.csv" { code: string key } rows { ("a") }
table pdf from "rates.pdf" { code: string key }
table outside from "../rates.csv" { code: string key }
table lost from "lost.csv" { code: string key }
tree org { member: string  group: string } rows { ("a", "b") ("b", "c") ("c", "a") }
tree wide { member: string  boss: string } rows { ("a", "b") }
