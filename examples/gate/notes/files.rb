# files.rb: the tools of the filesystem server that the agent is to have. `rbc import mcp` makes such a file out of all of a
# server's tools; what is not declared is denied.
package gate.notes

label private "what a person wrote for themselves"
group owner "whose notes they are"

connector files "Filesystem server" {
  kind files

  reads  list_allowed_directories()
  reads  list_directory(path: string)
  reads  read_text_file(path: string) yields private
  writes write_file(path: string, content: string)
  writes move_file(source: string, destination: string)
}

agent bot {
  owner   "ann"
  purpose "keeps notes in order"
  uses    files
}
