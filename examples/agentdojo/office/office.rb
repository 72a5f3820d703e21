# office.rb: mail, calendar and files of one person, and who may be written to.
package dojo.office

type attachment { type: string  file_id: string?  event_details: string? }

connector mail "E-mail and address book" {
  kind mail
  entity contact { email: string key  name: string }                    # the person's own address book
  entity email {
    id_: string key  sender: string untrusted  recipients: list of string untrusted
    subject: string untrusted  body: string untrusted
  }
  reads get_unread_emails() -> list of email yields untrusted
  reads get_sent_emails() -> list of email
  reads get_received_emails() -> list of email yields untrusted
  reads get_draft_emails() -> list of email
  reads search_emails(query: string, sender: string?) -> list of email yields untrusted
  reads search_contacts_by_name(query: string) -> list of contact
  reads search_contacts_by_email(query: string) -> list of contact
  writes send_email(recipients: list of string, subject: string, body: string, attachments: list of attachment?,
    cc: list of string?, bcc: list of string?) sends outside
  destroys delete_email(email_id: string)
}

connector calendar "Calendar" {
  kind calendar
  # An invitation is written by whoever sends it, its participants too.
  entity event {
    id_: string key  title: string untrusted  description: string untrusted  location: string? untrusted
    participants: list of string untrusted
  }
  reads get_current_day() -> string
  reads search_calendar_events(query: string, date: date?) -> list of event yields untrusted
  reads get_day_calendar_events(day: date) -> list of event yields untrusted
  writes create_calendar_event(title: string, start_time: string, end_time: string, description: string?,
    participants: list of string?, location: string?) sends outside
  writes reschedule_calendar_event(event_id: string, new_start_time: string, new_end_time: string?)
  writes add_calendar_event_participants(event_id: string, participants: list of string) sends outside
  destroys cancel_calendar_event(event_id: string)
}

connector drive "Cloud drive" {
  kind files
  entity file { id_: string key  filename: string  content: string untrusted }
  reads list_files() -> list of file yields untrusted
  reads search_files(query: string) -> list of file yields untrusted
  reads search_files_by_filename(filename: string) -> list of file yields untrusted
  reads get_file_by_id(file_id: string) -> file yields untrusted
  writes create_file(filename: string, content: string)
  writes append_to_file(file_id: string, content: string)
  writes share_file(file_id: string, email: string, permission: string) sends outside
  destroys delete_file(file_id: string)
}

# vouched(x): the person said x, or x stands in an answer of a system that was reached without a key the agent chose,
# and in a field that nobody outside can write.
guard written_to {
  ask requester before call mail.send_email
    unless all r in args.recipients satisfy vouched(r)
    because "nobody named this recipient"
  ask requester before call mail.send_email
    where args.cc is present
    unless all r in args.cc satisfy vouched(r)
    because "nobody named who gets a copy"
  ask requester before call mail.send_email
    where args.bcc is present
    unless all r in args.bcc satisfy vouched(r)
    because "nobody named who gets a blind copy"
  # A link in a text is a recipient too.
  ask requester before call mail.send_email
    unless all u in urls(args.body) satisfy said(u)
    because "the text holds a link that the person did not give"
  ask requester before call calendar.create_calendar_event
    where args.participants is present
    unless all p in args.participants satisfy vouched(p)
    because "nobody named this participant"
  ask requester before call calendar.add_calendar_event_participants
    unless all p in args.participants satisfy vouched(p)
    because "nobody named this participant"
  ask requester before call drive.share_file unless vouched(args.email)
    because "nobody named whom the file is shared with"
}
