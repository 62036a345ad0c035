export function SearchButton() {
  return (
    <button type="button" className="search-button">
      Search <kbd>/</kbd>
    </button>
  );
}
