//! Cedar as a Rust crate: the policies parsed once, requests and entities built from values, before or as part of what is measured.
use cedar_policy::{Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request, RestrictedExpression as Value};
use std::{collections::{HashMap, HashSet}, str::FromStr};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

struct Kinds { user: EntityTypeName, role: EntityTypeName, action: EntityTypeName, doc: EntityTypeName }

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid { EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id)) }
fn text(value: &str) -> Value { Value::new_string(value.to_string()) }

fn build(kinds: &Kinds, asked: &peers::Request) -> (Request, Entities) {
    let (p, r, c) = (&asked.principal, &asked.resource, &asked.context);
    let (who, what) = (uid(&kinds.user, &p.id), uid(&kinds.doc, &r.id));
    let of_principal = HashMap::from([("dept".to_string(), text(&p.dept)), ("clearance".to_string(), Value::new_long(p.clearance)),
        ("suspended".to_string(), Value::new_bool(p.suspended))]);
    let of_resource = HashMap::from([("path".to_string(), text(&r.path)), ("owner".to_string(), Value::new_entity_uid(uid(&kinds.user, &r.owner))),
        ("dept".to_string(), text(&r.dept)), ("label".to_string(), Value::new_long(r.label)), ("env".to_string(), text(&r.env))]);
    let roles: HashSet<EntityUid> = p.roles.iter().map(|role| uid(&kinds.role, role)).collect();
    let entities = Entities::from_entities([
        Entity::new(who.clone(), of_principal, roles).expect("principal"),
        Entity::new(what.clone(), of_resource, HashSet::new()).expect("resource"),
    ], None).expect("entities");
    let context = Context::from_pairs([("amount".to_string(), Value::new_long(c.amount)), ("hour".to_string(), Value::new_long(c.hour)),
        ("ip".to_string(), text(&c.ip)), ("mfa".to_string(), Value::new_bool(c.mfa)), ("tool".to_string(), text(&c.tool)),
        ("agent".to_string(), text(&c.agent)), ("session".to_string(), text(&c.session)), ("trace".to_string(), text(&c.trace))]).expect("context");
    (Request::new(who, uid(&kinds.action, &asked.action), what, context, None).expect("request"), entities)
}

fn main() {
    let kind = |name: &str| EntityTypeName::from_str(name).expect("a type");
    let kinds = Kinds { user: kind("User"), role: kind("Role"), action: kind("Action"), doc: kind("Doc") };
    let policies = PolicySet::from_str(&peers::policy("p12.cedar")).expect("policies");
    let requests = peers::requests();
    let parse = |text: &str| serde_json::from_str::<peers::Request>(text).expect("a request");
    let parsed: Vec<_> = requests.iter().map(|text| parse(text)).collect();
    let built: Vec<_> = parsed.iter().map(|asked| build(&kinds, asked)).collect();
    let authorizer = Authorizer::new();
    let decide = |asked: &(Request, Entities)| authorizer.is_authorized(&asked.0, &policies, &asked.1).decision() == Decision::Allow;
    peers::run("Cedar", "cedar-policy", requests.len(), vec![
        peers::Form { name: "request and entities built before", decide: Box::new(|i| decide(&built[i])) },
        peers::Form { name: "built from values", decide: Box::new(|i| decide(&build(&kinds, &parsed[i]))) },
        peers::Form { name: "JSON", decide: Box::new(|i| decide(&build(&kinds, &parse(&requests[i])))) },
    ]);
}
