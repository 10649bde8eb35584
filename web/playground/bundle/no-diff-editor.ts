// Monaco's API names the diff editors even where nobody compares anything. These stand in their place.
export class DiffEditorWidget {}
export class MultiDiffEditorWidget {}
