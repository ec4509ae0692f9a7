// whole.sh: whether a checkpoint was written to its end, told from the files alone.
//
// A checkpoint that was being written when its machine went down looks like one. transformers writes
// trainer_state.json last; safetensors files say in their header how long they are; a file of torch.save is a
// zip archive, which ends with its directory. All of them are looked at, none is read whole.

/** A shell function, `whole FOLDER`, and `newest`, which prints the newest whole checkpoint under output/. */
export const wholeScript = `# whole FOLDER: whether the checkpoint in it was written to its end.
whole() {
  [ -d "$1" ] || return 1
  # transformers' own sign of a checkpoint that it is writing on the way out
  [ -e "$1/checkpoint-is-incomplete.txt" ] && return 1
  tail -c 4 "$1/trainer_state.json" 2>/dev/null | grep -q '}' || return 1
  if [ -f "$1/latest" ]; then [ -d "$1/$(cat "$1/latest")" ] || return 1; fi
  for index in "$1"/*.index.json; do
    [ -f "$index" ] || continue
    for shard in $(grep -o '"[^" ]*[.]\\(safetensors\\|bin\\)"' "$index" | tr -d '"' | sort -u); do
      [ -f "$1/$shard" ] || return 1
    done
  done
  find "$1" -type f \\( -name '*.safetensors' -o -name '*.pt' -o -name '*.pth' -o -name '*.bin' \\) | while IFS= read -r file; do
    size=$(wc -c < "$file")
    case $file in
    *.safetensors)
      header=$(od -An -tu8 -N8 "$file" | tr -d ' ')
      [ -n "$header" ] && [ "$header" -lt "$size" ] || exit 1
      end=$(tail -c +9 "$file" | head -c "$header" | grep -o '"data_offsets": *\\[[0-9]*, *[0-9]*' | sed 's/.*[^0-9]//' | sort -n | tail -n 1)
      [ "$((size))" -eq "$((8 + header + \${end:-0}))" ] || exit 1 ;;
    *)
      [ "$((size))" -gt 0 ] || exit 1
      [ "$(head -c 2 "$file")" = PK ] || continue
      [ "$(tail -c 22 "$file" | od -An -tx1 -N4 | tr -d ' ')" = 504b0506 ] || exit 1 ;;
    esac
  done
}
checkpoints() { ls -d output/checkpoint-* 2>/dev/null | grep -E '/checkpoint-[0-9]+$' | sort -t - -k 2 -n; }
newest() {
  found=
  for one in $(checkpoints); do whole "$one" && found=$one; done
  echo "$found"
}
`
