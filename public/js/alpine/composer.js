/**
 * Reply or internal note, and saved replies put in at the cursor:
 * `<form class="composer" x-data="composer">`, `x-show="isNote"`,
 * `<button type="button" data-text="…" @click="insert($event)">`.
 */
export function composer() {
  return {
    kind: 'reply',
    isEmpty: true,

    init() {
      this.look();
      this.$root.addEventListener('change', () => this.look());
      this.$root.addEventListener('input', () => this.look());
      // The fields change after the event.
      this.$root.addEventListener('reset', () => setTimeout(() => this.look()));
    },

    get isNote() {
      return this.kind === 'note';
    },

    look() {
      this.kind = this.$root.querySelector('[name="kind"]:checked')?.value ?? 'reply';
      this.isEmpty = !this.field()?.value.trim();
    },

    field() {
      return this.$root.querySelector('textarea');
    },

    insert(event) {
      const button = event.target.closest('[data-text]');
      const field = this.field();
      if (!button || !field) return;
      field.focus();
      field.setRangeText(button.dataset.text, field.selectionStart, field.selectionEnd, 'end');
      field.dispatchEvent(new Event('input', { bubbles: true }));
      button.closest('[popover]')?.hidePopover();
    },
  };
}
