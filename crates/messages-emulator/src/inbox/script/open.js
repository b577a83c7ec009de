// Which conversation is open, as the API last told of it.

let open = null;

export const openConversation = () => open;
export function setOpen(conversation) {
  open = conversation;
}
