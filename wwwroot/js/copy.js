// The clipboard API exists only on secure origins; a portal on plain http in a closed network needs the old way.
export async function copy(text) {
  if (navigator.clipboard) {
    try { await navigator.clipboard.writeText(text); return true; } catch { /* denied: try the old way */ }
  }
  const box = document.createElement("textarea");
  box.value = text;
  box.style.position = "fixed";
  box.style.opacity = "0";
  document.body.append(box);
  box.select();
  try { return document.execCommand("copy"); } finally { box.remove(); }
}
