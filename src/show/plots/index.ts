// Figures, one call each. All take { title, width, height }.
import { flowFigure } from './flow.js'
import { lengthsFigure } from './lengths.js'
import { lossFigure } from './loss.js'
import { mixFigure } from './mix.js'
import { onsetFigure } from './onset.js'
import { ablationsFigure, publishedFigure } from './published.js'
import { repeatsFigure } from './repeats.js'
import { scoresFigure } from './scores.js'
import { wastedFigure } from './wasted.js'

export const plot = {
  flow: flowFigure,
  scores: scoresFigure,
  loss: lossFigure,
  mix: mixFigure,
  lengths: lengthsFigure,
  repeats: repeatsFigure,
  onset: onsetFigure,
  wasted: wastedFigure,
  published: publishedFigure,
  ablations: ablationsFigure,
}
