"""What a person gives an import: the file, and which column means what."""

from django import forms

from portal.core.imports import ImportKind, SheetFound
from portal.core.workbooks import MAX_BYTES, MAX_ROWS


class UploadForm(forms.Form):
    file = forms.FileField(
        label="台账文件",
        max_length=200,
        allow_empty_file=True,  # said in our own words when it is opened
        help_text=(
            f".xlsx 或 .csv，不超过 {MAX_BYTES >> 20} MB、{MAX_ROWS:,} 行；原样上传，不必改表头。"
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,.xls,.xlsm,.ods"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                f"文件有 {file.size / 2**20:.1f} MB，超过 {MAX_BYTES >> 20} MB，请分成几个文件上传"
            )
        return file


class ColumnsForm(forms.Form):
    """One select box a column; ``column_3`` is the field that column 3 holds."""

    create_places = forms.BooleanField(
        label="自动建立系统里还没有的网格、楼栋和房屋", required=False
    )

    def __init__(self, *args, kind: ImportKind, found: SheetFound, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind, self.found = kind, found
        choices = [("", "不导入"), *kind.fields.items()]
        for column in found.columns:
            self.fields[f"column_{column['index']}"] = forms.ChoiceField(
                label=f"“{column['heading'] or column['index'] + 1}”是",
                choices=choices,
                required=False,
            )

    def clean(self):
        for problem in self.kind.missing(self.mapping()):
            self.add_error(None, problem)
        return self.cleaned_data

    def mapping(self) -> dict[int, str]:
        chosen = (
            (column["index"], self.cleaned_data.get(f"column_{column['index']}"))
            for column in self.found.columns
        )
        return {index: name for index, name in chosen if name}

    def rows(self) -> list[dict]:
        """Columns with their box, for the template."""
        return [
            {**column, "letter": letters(column["index"]), "box": self[f"column_{column['index']}"]}
            for column in self.found.columns
        ]


def letters(index: int) -> str:
    """The name of a column as spreadsheets show it: 0 → A, 26 → AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name
