// Native modal dialogs: the browser gives the focus trap, the inert page behind and the way back of the focus.
export function show(dialog) {
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[data-first]")?.focus();
}
export function close(dialog) {
  if (dialog?.open) dialog.close();
}
