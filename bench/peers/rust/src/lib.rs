//! Answers the runner: see ../run.py for what it asks.
use serde::Deserialize;
use std::{fs, io::{self, BufRead, Write}, time::Instant};

/// One way to ask an engine; decide is timed and answers request i.
pub struct Form<'a> {
    pub name: &'static str,
    pub decide: Box<dyn FnMut(usize) -> bool + 'a>,
}

#[derive(Deserialize)]
pub struct Principal { pub id: String, pub roles: Vec<String>, pub dept: String, pub clearance: i64, pub suspended: bool }
#[derive(Deserialize)]
pub struct Resource { pub id: String, pub path: String, pub owner: String, pub dept: String, pub label: i64, pub env: String }
#[derive(Deserialize)]
pub struct Circumstances { pub amount: i64, pub hour: i64, pub ip: String, pub mfa: bool, pub tool: String, pub agent: String, pub session: String, pub trace: String }
/// What the peers are asked.
#[derive(Deserialize)]
pub struct Request { pub principal: Principal, pub action: String, pub resource: Resource, pub context: Circumstances }

fn argument(n: usize) -> String { std::env::args().nth(n).expect("REQUESTS POLICIES") }

/// The requests as JSON.
pub fn requests() -> Vec<String> {
    let text = fs::read_to_string(argument(1)).expect("requests");
    text.lines().map(|line| line.split('\t').nth(2).expect("three columns").to_string()).collect()
}

pub fn policy(name: &str) -> String { fs::read_to_string(format!("{}/{}", argument(2), name)).expect("policy") }

/// The version that Cargo.toml pins.
fn version(package: &str) -> &'static str {
    let line = include_str!("../Cargo.toml").lines().find(|line| line.starts_with(package)).expect("a pinned version");
    let from = line.find("\"=").expect("pinned exactly") + 2;
    &line[from..from + line[from..].find('"').expect("a version")]
}

fn shuffled(mut seed: u64, picks: usize, count: usize) -> Vec<usize> {
    (0..picks).map(|_| {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((seed >> 33) % count as u64) as usize
    }).collect()
}

pub fn run(engine: &str, package: &str, count: usize, mut forms: Vec<Form>) {
    let names: Vec<_> = forms.iter().map(|form| format!("\"{}\"", form.name)).collect();
    println!("{{\"engine\":\"{}\",\"version\":\"{}\",\"forms\":[{}]}}", engine, version(package), names.join(","));
    for line in io::stdin().lock().lines() {
        let line = line.expect("a question");
        let words: Vec<&str> = line.split(' ').collect();
        let decide = &mut forms[words[1].parse::<usize>().expect("a form")].decide;
        let order = shuffled(words[2].parse().expect("a seed"), words[3].parse().expect("picks"), count);
        match words[0] {
            "answers" => println!("{}", (0..count).map(|i| if decide(i) { '1' } else { '0' }).collect::<String>()),
            "round" => {
                let start = Instant::now();
                let allowed = order.iter().filter(|&&i| decide(i)).count();
                println!("{} {}", start.elapsed().as_nanos(), allowed);
            }
            "each" => {
                let mut times: Vec<u128> = order.iter().map(|&i| {
                    let start = Instant::now();
                    std::hint::black_box(decide(i));
                    start.elapsed().as_nanos()
                }).collect();
                times.sort_unstable();
                println!("{}", times[times.len() * 99 / 100]);
            }
            other => panic!("{} is not asked of a peer", other),
        }
        io::stdout().flush().expect("an answer");
    }
}
