// Ctrl-K (or ⌘K) opens the finder from anywhere; the arrows belong to the list, not to the caret.
export function attach(dialog, input, owner) {
  const open = () => {
    if (dialog.open) return;
    document.querySelector("[popover]:popover-open")?.hidePopover();
    dialog.showModal();
    input.select();
    owner.invokeMethodAsync("Opened");
  };
  const onKey = (key) => {
    if ((key.ctrlKey || key.metaKey) && !key.altKey && !key.shiftKey && key.key.toLowerCase() === "k") { key.preventDefault(); open(); }
  };
  const onArrow = (key) => { if (["ArrowUp", "ArrowDown", "Enter"].includes(key.key)) key.preventDefault(); };
  const onBackdrop = (click) => { if (click.target === dialog) dialog.close(); };
  document.addEventListener("keydown", onKey);
  input.addEventListener("keydown", onArrow);
  dialog.addEventListener("click", onBackdrop);
  dialog.dataset.listens = "";
  return {
    open,
    close: () => dialog.close(),
    reveal: (id) => document.getElementById(id)?.scrollIntoView({ block: "nearest" }),
    detach: () => {
      document.removeEventListener("keydown", onKey);
      input.removeEventListener("keydown", onArrow);
      dialog.removeEventListener("click", onBackdrop);
    },
  };
}
