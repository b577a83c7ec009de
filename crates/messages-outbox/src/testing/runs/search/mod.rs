//! Exhaustive search of the transitions of runs: every order of what workers, the webhooks, their outages and time can do
//! with runs of three steps.

mod track;

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use messages_sdk::types::v1;
use track::{Step, Track};

use super::planted::RunBug;
use crate::run::{
    BeforeNext, Otherwise, Plan, PlanMessage, PlanStep, Reached, RunState, SendStep, Until,
};
use crate::testing::Searched;
use crate::testing::scene::{RECIPIENT, SENDER};

/// Searches all situations that one run or several can come to, with a planted bug or without. Each has three steps:
/// WhatsApp until read, RCS until delivered, which is revoked, and SMS. From each situation, all runs can end.
///
/// The sight of the store is all that runs have in common: what a step does depends on its run's track and the sight
/// alone. So the tracks and their invariants are searched once, breadth first, and then all combinations of tracks that
/// are reached together.
///
/// # Errors
///
/// The invariant, and the shortest way to a situation that violates it.
pub fn search<const RUNS: usize>(bug: Option<RunBug>) -> Result<Searched, String> {
    let tracks = Tracks::explore(bug)?;
    let first = Situation {
        tracks: [0; RUNS],
        is_blind: false,
    };
    let mut steps = 0;
    let reached = spread(&tracks.moves, vec![first], &mut steps);
    let over: Vec<u32> = (0..tracks.all.len() as u32)
        .filter(|track| tracks.all[*track as usize].run.state != RunState::Running)
        .collect();
    let mut ended = vec![first];
    for run in 0..RUNS {
        let each = |situation: Situation<RUNS>| {
            let over = over.iter();
            over.map(move |track| situation.with(run, *track))
        };
        ended = ended.into_iter().flat_map(each).collect();
    }
    let can_end = spread(&tracks.predecessors(), ended, &mut 0);
    let stuck = reached
        .iter()
        .zip(&can_end)
        .position(|(reached, can_end)| reached & !can_end != 0);
    if let Some(word) = stuck {
        let bit = (reached[word] & !can_end[word]).trailing_zeros() as usize;
        let situation = Situation::<RUNS>::of(word * 64 + bit, tracks.all.len());
        let ways = situation
            .tracks
            .map(|track| tracks.way((track, situation.is_blind)));
        return Err(format!("runs cannot end any more after {ways:?}"));
    }
    Ok(Searched {
        situations: reached.iter().map(|word| word.count_ones() as usize).sum(),
        steps,
    })
}

/// The tracks that the steps of each track lead to, by sight: clear, then blind.
type Moves = [Vec<Vec<u32>>; 2];

/// All situations that moves lead to from these, layer by layer, as a set of bits; counts the steps between them.
fn spread<const RUNS: usize>(
    moves: &Moves,
    mut layer: Vec<Situation<RUNS>>,
    steps: &mut usize,
) -> Vec<u64> {
    let count = moves[0].len();
    let mut reached = vec![0_u64; (2 * count.pow(RUNS as u32)).div_ceil(64)];
    let mut is_new = |situation: Situation<RUNS>| {
        let number = situation.number(count);
        let (word, bit) = (&mut reached[number / 64], 1 << (number % 64));
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    };
    layer.retain(|situation| is_new(*situation));
    while !layer.is_empty() {
        let mut next = Vec::new();
        for situation in layer {
            let mut add = |to: Situation<RUNS>| {
                *steps += 1;
                if is_new(to) {
                    next.push(to);
                }
            };
            add(Situation {
                is_blind: !situation.is_blind,
                ..situation
            });
            let moves = &moves[usize::from(situation.is_blind)];
            for (run, track) in situation.tracks.into_iter().enumerate() {
                for to in &moves[track as usize] {
                    add(situation.with(run, *to));
                }
            }
        }
        layer = next;
    }
    reached
}

/// Runs, each by the number of its track, and the sight of their store.
#[derive(Clone, Copy)]
struct Situation<const RUNS: usize> {
    tracks: [u32; RUNS],
    is_blind: bool,
}

impl<const RUNS: usize> Situation<RUNS> {
    fn with(mut self, run: usize, track: u32) -> Self {
        self.tracks[run] = track;
        self
    }

    /// The number among all situations of `count` tracks, the same for those that differ only in the order of runs.
    fn number(mut self, count: usize) -> usize {
        self.tracks.sort_unstable();
        let tracks = self.tracks.iter();
        let number = tracks.fold(0, |number, track| number * count + *track as usize);
        2 * number + usize::from(self.is_blind)
    }

    /// The situation of a number.
    fn of(number: usize, count: usize) -> Self {
        let mut rest = number / 2;
        let tracks = [(); RUNS].map(|()| {
            let track = rest % count;
            rest /= count;
            track as u32
        });
        Self {
            tracks,
            is_blind: number % 2 == 1,
        }
    }
}

/// A track by its number, and whether the store is blind.
type Place = (u32, bool);

/// All that a run can come to, each once.
struct Tracks {
    all: Vec<Track>,
    moves: Moves,
    /// Each place's predecessor and the step from it, to tell the way to a violation.
    from: HashMap<Place, Option<(Place, Step)>>,
}

impl Tracks {
    fn explore(bug: Option<RunBug>) -> Result<Self, String> {
        let plan = plan()?;
        let first = Track::new(&plan);
        let mut known = HashMap::from([(first.key(bug), 0)]);
        let mut tracks = Self {
            all: vec![first],
            moves: [vec![Vec::new()], vec![Vec::new()]],
            from: HashMap::from([((0, false), None)]),
        };
        let mut queue = VecDeque::from([(0, false)]);
        while let Some(place) = queue.pop_front() {
            let (number, is_blind) = place;
            let track = tracks.all[number as usize].clone();
            let mut reached = vec![((number, !is_blind), Step::Outage(!is_blind))];
            for step in track.steps() {
                let next = track.after(step, is_blind, &plan, bug);
                let next = next.map_err(|invariant| {
                    format!("{invariant} after {step:?} after {:?}", tracks.way(place))
                })?;
                let Some(next) = next else {
                    continue;
                };
                let to = tracks.all.len() as u32;
                let to = *known.entry(next.key(bug)).or_insert(to);
                if to as usize == tracks.all.len() {
                    tracks.all.push(next);
                    for moves in &mut tracks.moves {
                        moves.push(Vec::new());
                    }
                }
                tracks.moves[usize::from(is_blind)][number as usize].push(to);
                reached.push(((to, is_blind), step));
            }
            for (to, step) in reached {
                if let Entry::Vacant(entry) = tracks.from.entry(to) {
                    entry.insert(Some((place, step)));
                    queue.push_back(to);
                }
            }
        }
        Ok(tracks)
    }

    /// The steps from the beginning to this place.
    fn way(&self, mut place: Place) -> Vec<Step> {
        let mut way = Vec::new();
        while let Some((from, step)) = self.from.get(&place).copied().flatten() {
            way.push(step);
            place = from;
        }
        way.reverse();
        way
    }

    /// The moves in the opposite direction.
    fn predecessors(&self) -> Moves {
        self.moves.each_ref().map(|moves| {
            let mut before = vec![Vec::new(); moves.len()];
            for (from, moves) in (0..).zip(moves) {
                for to in moves {
                    before[*to as usize].push(from);
                }
            }
            before
        })
    }
}

fn plan() -> Result<Plan, String> {
    let invalid = |problems: messages_sdk::types::Problems| problems.to_string();
    let step = |message: v1::ChannelMessage, status: Option<Reached>| {
        PlanStep::Send(Box::new(SendStep {
            messages: vec![PlanMessage(message)],
            until: status.map(|status| Until {
                status,
                within: Duration::from_secs(600),
            }),
            otherwise: Otherwise::Next,
            on_error: None,
            before_next: BeforeNext::default(),
            window: None,
            zone: None,
        }))
    };
    let whatsapp = v1::Whatsapp::text(SENDER, RECIPIENT, "Hello").map_err(invalid)?;
    let rcs = v1::Rcs::text("Sender", RECIPIENT, "Hello").map_err(invalid)?;
    let sms = v1::Sms::text(SENDER, RECIPIENT, "Hello").map_err(invalid)?;
    Ok(Plan {
        steps: vec![
            step(whatsapp.into(), Some(Reached::Read)),
            step(rcs.into(), Some(Reached::Delivered)),
            step(sms.into(), None),
        ],
        ..Plan::default()
    })
}
