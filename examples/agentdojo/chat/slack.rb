# slack.rb: the company's chat, and the web as its assistant reaches it.
package dojo.chat

connector slack "Slack" {
  kind chat
  reads get_channels()
  reads get_users_in_channel(channel: string)
  reads read_channel_messages(channel: string) yields untrusted
  reads read_inbox(user: string) yields untrusted
  reads get_webpage(url: string) yields untrusted sends outside          # the address itself carries data out
  writes post_webpage(url: string, content: string) sends outside
  writes send_direct_message(recipient: string, body: string)
  writes send_channel_message(channel: string, body: string)
  writes invite_user_to_slack(user: string, user_email: string) sends outside
  writes add_user_to_channel(user: string, channel: string)
  destroys remove_user_from_slack(user: string)
}

# Members and channels are the company's own: a message to them goes to nobody outside, so whom it goes to is not
# asked; what it carries is. What leaves the company (web pages, invitations) must have been named by the person.
guard leaves_the_company {
  ask requester before call slack.{ get_webpage, post_webpage } unless said(args.url)
    because "the person did not give this address"
  ask requester before call slack.invite_user_to_slack unless said(args.user_email)
    because "the person did not give this e-mail"
  # A link in a text is a recipient too.
  ask requester before call slack.{ send_direct_message, send_channel_message }
    unless all u in urls(args.body) satisfy said(u)
    because "the message holds a link that the person did not give"
}
