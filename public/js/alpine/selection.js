/**
 * How many tickets are picked, for the parts of the bulk bar that depend on it:
 * `<form class="queue-form" x-data="selection">`, `<button :disabled="!canMerge">`.
 */
export function selection() {
  return {
    count: 0,
    total: 0,
    /** Ticked on other pages of the list. */
    kept: 0,

    init() {
      this.recount = this.recount.bind(this);
      document.addEventListener('selection:change', this.recount);
      document.addEventListener('htmx:after:settle', this.recount);
      this.recount();
    },

    destroy() {
      document.removeEventListener('selection:change', this.recount);
      document.removeEventListener('htmx:after:settle', this.recount);
    },

    get isEmpty() {
      return this.count === 0;
    },

    /** Everything on this page: the moment to offer "all of this view". */
    get hasAll() {
      return this.total > 0 && this.count === this.total;
    },

    get canMerge() {
      return this.count + this.kept > 1;
    },

    recount() {
      const boxes = [...this.$root.querySelectorAll('[name="ids"]')];
      this.total = boxes.length;
      this.kept = Number(this.$root.querySelector('.bulk')?.dataset.kept ?? 0);
      this.count = boxes.filter(box => box.checked).length;
    },
  };
}
