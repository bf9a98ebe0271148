// Behaviour of the frame that needs no server: following a link closes the menu or drawer that it stands in.
document.addEventListener("click", (click) => {
  const chosen = click.target.closest?.("[popover] a, [popover] [data-close]");
  chosen?.closest("[popover]:popover-open")?.hidePopover();
});
