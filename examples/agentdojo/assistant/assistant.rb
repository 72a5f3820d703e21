# assistant.rb: the agent may use everything; what needs a person is said where the systems are.
package dojo.assistant

agent assistant {
  owner   "it@dojo.example"
  purpose "does what one person asks for, in mail, calendar, files, travel, bank and chat"
  uses    mail
  uses    calendar
  uses    drive
  uses    travel
  uses    bank
  uses    slack
}

policy everything {
  allow call mail by assistant
  allow call calendar by assistant
  allow call drive by assistant
  allow call travel by assistant
  allow call bank by assistant
  allow call slack by assistant
}
