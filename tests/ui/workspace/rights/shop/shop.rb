package acme.shop

agent seller "sells" { owner "shop@acme.example" purpose "sells" uses pay }
policy work { allow call pay by seller }
