workspace acme

package acme.desk in "desk/" declares types
zone 12
zone "Europe/Berlyn"
zon "Europe/Berlin"
now 2026-01-01
