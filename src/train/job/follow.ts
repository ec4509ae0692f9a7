// Following files of a job as they grow: by number of bytes, and by what a file is, not only by its name.
//
// A trainer may delete its log and begin another (overwrite_output_dir), or rotate it. So each file is
// known by its inode and by the last bytes that were read of it; where either differs, it is read from its
// start, after what was still unread of a log that was only renamed, to any name, or to NAME.1 before the first look.
import { quote } from '../ssh/shell.js'
import { stateScript } from './state.js'

/** How far a file has been read. */
interface Place {
  inode: string
  offset: number
  /** The last bytes before `offset`. */
  tail: Buffer
}

/** Bytes of a file's end by which it is known again. */
const KNOWN = 64
/** Bytes of one file in one answer. */
const MOST = 8 * 1024 * 1024

/** The files that tell how training goes. */
const FOLLOWED = 'output/trainer_log.jsonl attempts/[0-9]*/gpu.csv attempts/[0-9]*/grad.txt'

export interface Piece {
  /** Relative to the job's folder. */
  file: string
  bytes: Buffer
  /** The file was begun anew: what was read of it before is of another one. */
  anew: boolean
  /** More of it is there. */
  more: boolean
}

export class Follower {
  readonly #places = new Map<string, Place>()

  /** The script whose answer `read` takes. */
  script(dir: string, slurm = ''): string {
    const known = [...this.#places].map(
      ([file, { inode, offset, tail }]) =>
        `${quote(file)}) inode=${inode}; from=${offset}; tail=${tail.toString('hex')} ;;`,
    )
    return `(
${stateScript(dir, slurm)}
)
echo --
cd ${quote(dir)} 2>/dev/null || exit 0
shown() { [ "$from" -eq 0 ] || [ "$(tail -c "+$((from - ${'$'}{#tail} / 2 + 1))" "$1" | head -c "$((${'$'}{#tail} / 2))" | od -An -tx1 -v | tr -d ' \\n')" = "$tail" ]; }
piece() {
  size=$(wc -c < "$1") || return
  part=$((size - from)); [ "$part" -le ${MOST} ] || part=${MOST}
  printf '%s %s %s %s %s\\n' "$file" "$now" "$from" "$part" "$((size - from - part))"
  tail -c "+$((from + 1))" "$1" | head -c "$part"
}
for file in ${FOLLOWED}; do
  [ -f "$file" ] || continue
  inode=0; from=0; tail=
  case $file in
${known.join('\n')}
  esac
  # Renamed before it was looked at for the first time: what it held comes first.
  if [ "$inode" = 0 ] && [ -f "$file.1" ]; then now=$(ls -i "$file.1" | awk '{print $1}'); piece "$file.1"; fi
  now=$(ls -i "$file" | awk '{print $1}')
  if [ "$now" != "$inode" ] && [ "$from" -gt 0 ]; then
    old=$(find "$(dirname "$file")" -maxdepth 1 -type f -inum "$inode" 2>/dev/null | head -n 1)
    if [ -n "$old" ] && [ "$(wc -c < "$old")" -gt "$from" ] && shown "$old"; then now=$inode; piece "$old"; now=$(ls -i "$file" | awk '{print $1}'); fi
    from=0
  elif [ "$(wc -c < "$file")" -lt "$from" ] || ! shown "$file"; then
    from=0
  fi
  piece "$file"
done
exit 0`
  }

  /** Takes the answer apart: the lines of the state, and what is new in each file. */
  read(answer: Buffer): { state: string; pieces: Piece[] } {
    const split = answer.indexOf('\n--\n')
    if (split < 0) return { state: answer.toString(), pieces: [] }
    const pieces: Piece[] = []
    for (let at = split + 4; at < answer.length; ) {
      const end = answer.indexOf(10, at)
      if (end < 0) break
      const [file = '', inode = '', from = '', size = '', left = ''] = answer.toString('utf8', at, end).split(' ')
      const bytes = answer.subarray(end + 1, end + 1 + Number(size))
      at = end + 1 + Number(size)
      const known = this.#places.get(file)
      const offset = Number(from)
      const anew = known !== undefined && (offset !== known.offset || inode !== known.inode)
      const before = known && !anew ? known.tail : Buffer.alloc(0)
      this.#places.set(file, {
        inode,
        offset: offset + bytes.length,
        tail: Buffer.from(Buffer.concat([before, bytes]).subarray(-KNOWN)),
      })
      pieces.push({ file, bytes, anew, more: Number(left) > 0 })
    }
    return { state: answer.toString('utf8', 0, split), pieces }
  }
}
