package acme.shop

import acme.systems
import acme.systems

agent seller "sells" { owner "shop@acme.example" purpose "sells" }
