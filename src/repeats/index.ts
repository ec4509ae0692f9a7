// Where a text goes in circles.

export { type GuardRule, LoopGuard, type LoopStop } from './guard.js'
export {
  type Inspected,
  type InspectRepeatsOptions,
  inspectRepeats,
  type RepeatsBy,
  type RepeatsGroup,
} from './inspect.js'
export {
  type Markers,
  markers,
  type Passage,
  type Reflection,
  type ReflectionKind,
  reflections,
} from './markers.js'
export { type Measures, measureRepeats, repeatOnset, wastedCharacters } from './measures.js'
export { type ReleasedAnswer, releasedRepeats } from './released.js'
export { exactLoops, type Repeats, repeats } from './repeats.js'
