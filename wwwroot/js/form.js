// Takes the eye and the keyboard to a field, also one inside a closed group.
export function focus(id) {
  const field = document.getElementById(id);
  field?.closest("details")?.setAttribute("open", "");
  field?.focus();
}
// Selects a line of a textarea, counted from 1, and brings it into sight.
export function line(box, number) {
  const lines = box.value.split("\n");
  const from = lines.slice(0, number - 1).reduce((sum, text) => sum + text.length + 1, 0);
  box.focus();
  box.setSelectionRange(from, from + (lines[number - 1]?.length ?? 0));
  box.scrollTop = (number - 3) * box.scrollHeight / lines.length;
}
