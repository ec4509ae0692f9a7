// A set of one row of every fault that the checker knows and that loading survives, between good ones.
const turn = (from, value) => ({ from, value })
const good = { system: 's', conversations: [turn('user', 'q'), turn('assistant', 'a')] }

export const faultyRows = [
  good,
  { system: 's', conversations: [turn('human', 'q'), turn('gpt', 'a')] },
  { system: 's', conversations: [turn('user', 'q')] },
  { system: 's', conversations: [turn('user', ''), turn('assistant', 'a')] },
  { system: 's', conversations: [turn('assistant', 'a'), turn('user', 'q')] },
  { system: 's', conversations: [turn('user', 'q'), turn('user', 'q')] },
  { system: 's', conversations: [turn('system', 's'), turn('user', 'q'), turn('assistant', 'a')] },
  { system: '', conversations: [turn('user', 'q'), turn('assistant', 'a <|im_end|> b')] },
  good,
]
