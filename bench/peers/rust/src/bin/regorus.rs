//! Regorus as a Rust crate: the policy compiled for the one rule that is asked, for its interpreter and for its bytecode machine.
use regorus::{languages::rego::compiler::Compiler, rvm::vm::RegoVM, Engine, Value};
use std::cell::RefCell;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let requests = peers::requests();
    let mut engine = Engine::new();
    engine.add_policy("p12.rego".to_string(), peers::policy("p12.rego")).expect("policy");
    let compiled = engine.compile_with_entrypoint(&"data.p12.allow".into()).expect("compiled");
    let program = Compiler::compile_from_policy(&compiled, &["data.p12.allow"]).expect("bytecode");
    let machine = RefCell::new(RegoVM::new());
    machine.borrow_mut().load_program(program);
    let parse = |text: &str| Value::from_json_str(text).expect("a request");
    let parsed: Vec<_> = requests.iter().map(|text| parse(text)).collect();
    let decide = |input: Value| compiled.eval_with_input(input).expect("evaluated") == Value::from(true);
    let execute = |input: Value| {
        let mut vm = machine.borrow_mut();
        vm.set_input(input);
        vm.execute().expect("executed") == Value::from(true)
    };
    peers::run("Regorus", "regorus", requests.len(), vec![
        peers::Form { name: "compiled, input parsed before", decide: Box::new(|i| decide(parsed[i].clone())) },
        peers::Form { name: "bytecode, input parsed before", decide: Box::new(|i| execute(parsed[i].clone())) },
        peers::Form { name: "bytecode, JSON", decide: Box::new(|i| execute(parse(&requests[i]))) },
        peers::Form { name: "compiled, JSON", decide: Box::new(|i| decide(parse(&requests[i]))) },
    ]);
}
