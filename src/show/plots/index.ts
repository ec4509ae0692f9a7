// Figures, one call each. All take { title, width, height }.
import { flowFigure } from './flow.js'
import { forestFigure } from './forest.js'
import { lengthsFigure } from './lengths.js'
import { lossFigure } from './loss.js'
import { mixFigure } from './mix.js'
import { onsetFigure } from './onset.js'
import { opennessFigure } from './openness.js'
import { passkFigure } from './passk.js'
import { problemsFigure } from './problems.js'
import { ablationsFigure, publishedFigure } from './published.js'
import { reformatFigure } from './reformat.js'
import { repeatsFigure } from './repeats.js'
import { scoresFigure } from './scores.js'
import { sharesFigure } from './shares.js'
import { tokensFigure } from './tokens.js'
import { wastedFigure } from './wasted.js'

export const plot = {
  flow: flowFigure,
  scores: scoresFigure,
  tokens: tokensFigure,
  passk: passkFigure,
  problems: problemsFigure,
  forest: forestFigure,
  shares: sharesFigure,
  loss: lossFigure,
  mix: mixFigure,
  lengths: lengthsFigure,
  reformat: reformatFigure,
  repeats: repeatsFigure,
  onset: onsetFigure,
  wasted: wastedFigure,
  published: publishedFigure,
  ablations: ablationsFigure,
  openness: opennessFigure,
}
