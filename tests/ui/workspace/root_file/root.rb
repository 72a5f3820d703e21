package acme.desk in "desk/" declares label, agents
package acme.desk in "second/" declares agents
package acme.shop in "desk" declares agents
package acme.out in "../out/" declares agents
package std.more in "more/" declares agents
package acme.empty in "empty/" declares agents

label personal "names"
