# bank.rb: one person's account, and who may be paid from it.
package dojo.bank

connector bank "Bank account" {
  kind banking
  entity own_account { iban: string key }
  entity transaction {
    id:        int key
    sender:    string
    recipient: string
    amount:    decimal
    subject:   string untrusted              # written by whoever sent the money
  }
  entity standing_order { id: int key  recipient: string  amount: decimal  subject: string }

  reads get_iban() -> own_account binds own_account
  reads get_balance()
  reads get_user_info()
  reads get_most_recent_transactions(n: int paging = 100) -> list of transaction yields untrusted
  reads get_scheduled_transactions() -> list of standing_order
  reads read_file(file_path: string) yields untrusted
  writes send_money(recipient: string, amount: decimal, subject: string, date: date) sends outside
  writes schedule_transaction(recipient: string, amount: decimal, subject: string, date: date, recurring: bool)
    sends outside
  writes update_scheduled_transaction(id: int, recipient: string?, amount: decimal?, subject: string?, date: date?,
    recurring: bool?) changes standing_order(args.id) sends outside
  writes update_password(password: string)
  writes update_user_info(first_name: string?, last_name: string?, street: string?, city: string?)
}

guard payee {
  # Who sent money here is no payee yet: a transfer of one cent vouches for nobody. Whom the account paid before is.
  ask requester before call bank.{ send_money, schedule_transaction }
    unless said(args.recipient)
        or (any t in seen transaction where t.sender == bound own_account and t.recipient == args.recipient)
        or (any s in seen standing_order where s.recipient == args.recipient)
    because "nobody in this session named this payee, and the account never paid it"
  ask requester before call bank.update_scheduled_transaction
    where args.recipient is present
    unless said(args.recipient)
    because "the payee of a standing order changes"
  ask requester before call bank.update_password unless said(args.password)
    because "the new password did not come from the account's owner"
}

guard movements {
  # That a payee was said proves that it was said, not in which role: a landlord's account was named for the rent, and
  # a hidden text wants a cent sent there, with a message. And a large sum can be moved in small ones.
  ask requester before call bank.{ send_money, schedule_transaction, update_scheduled_transaction }
    where session.count(bank.send_money) + session.count(bank.schedule_transaction)
        + session.count(bank.update_scheduled_transaction) >= 1
    because "money was moved in this session already"
  ask requester before call bank.{ send_money, schedule_transaction } where args.amount > 1_000
    because "a large amount"
  # The subject reaches whoever gets the money.
  ask requester before call bank.{ send_money, schedule_transaction }
    where args.subject matches /(.|\n)*[A-Z][A-Z][0-9][0-9][A-Z0-9]{8,}(.|\n)*/
    because "the subject holds an account number"
}
