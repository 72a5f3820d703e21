# root.rb: whose directory is whose, and what each may declare.
workspace dojo

package dojo.platform  in "platform/"  declares labels, guards, tests
package dojo.office    in "office/"    declares connectors, guards, tests
package dojo.travel    in "travel/"    declares connectors, guards, tests
package dojo.bank      in "bank/"      declares connectors, guards, tests
package dojo.chat      in "chat/"      declares connectors, guards, tests
package dojo.assistant in "assistant/" declares agents, policies, tests
  uses mail, calendar, drive, travel, bank, slack

zone "UTC"
now  2024-05-15T10:00:00Z              # the day of the suites' calendars; no rule depends on it
