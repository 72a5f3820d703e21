# slack.rb: Slack's Web API. Needs the company's label `untrusted`.
package std.connectors.slack

import std.regions

connector slack "Slack" {
  kind chat
  residency us
  base "https://slack.com/api"
  auth oauth2

  entity channel { id: string key  name: string  is_ext_shared: bool }
  entity member  { id: string key  name: string  email: string? }
  entity message { ts: string key  user: string  text: string untrusted }

  reads list_channels(limit: int paging = 200) -> list of channel
    GET "/conversations.list"
  reads list_members(channel: string, limit: int paging = 200) -> list of member
    GET "/conversations.members"
  reads get_channel_history(channel: string, limit: int paging = 100) -> list of message
    GET "/conversations.history"
    yields untrusted
  writes post_message(channel: string, text: string)
    POST "/chat.postMessage"
  writes invite(channel: string, email: string) sends outside
    POST "/conversations.inviteShared"
  destroys delete_message(channel: string, ts: string)
    POST "/chat.delete"
}
