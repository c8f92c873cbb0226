"""Make `validator/language/descriptors.binpb`: the protobuf types that expressions are checked against.

They are the types of Cloud Run's services and revisions, Cloud Build's builds and Cloud Logging's entries as the
installed client packages have them, with all they refer to and nothing else, so that compiling an expression imports
no Google client. Python's mangled names are mended (`type_` -> `type`), comments and options dropped.
The syntax tree of CEL itself (cel.expr, github.com/google/cel-spec, proto/cel/expr) is added: as much as is read here.

    python scripts/descriptors.py           writes the file
    python scripts/descriptors.py --check   says whether it is up to date (exit code 1 if not)
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from google.cloud import run_v2
from google.cloud.devtools import cloudbuild_v1
from google.cloud.logging_v2 import types as logging_v2
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FileDescriptor
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)

TARGET = Path(__file__).parent.parent / "validator" / "language" / "descriptors.binpb"
ROOTS = (run_v2.Service, run_v2.Revision, cloudbuild_v1.Build, logging_v2.LogEntry)
STANDARD = "google.protobuf"
"""Its files are taken whole: the CEL runtime knows them by their names."""

SYNTAX = {
    "Expr": {
        2: "id int64",
        3: "const_expr Constant =kind",
        4: "ident_expr Ident =kind",
        5: "select_expr Select =kind",
        6: "call_expr Call =kind",
        7: "list_expr CreateList =kind",
        8: "struct_expr CreateStruct =kind",
        9: "comprehension_expr Comprehension =kind",
    },
    "Ident": {1: "name string"},
    "Select": {1: "operand Expr", 2: "field string", 3: "test_only bool"},
    "Call": {1: "target Expr", 2: "function string", 3: "args Expr *"},
    "CreateList": {1: "elements Expr *"},
    "CreateStruct": {1: "message_name string", 2: "entries Entry *"},
    "Entry": {1: "id int64", 2: "field_key string =key", 3: "map_key Expr =key", 4: "value Expr"},
    "Comprehension": {
        1: "iter_var string",
        2: "iter_range Expr",
        3: "accu_var string",
        4: "accu_init Expr",
        5: "loop_condition Expr",
        6: "loop_step Expr",
        7: "result Expr",
        8: "iter_var2 string",
    },
    "Constant": {
        1: "null_value int32 =kind",
        2: "bool_value bool =kind",
        3: "int64_value int64 =kind",
        4: "uint64_value uint64 =kind",
        5: "double_value double =kind",
        6: "string_value string =kind",
        7: "bytes_value bytes =kind",
    },
    "Position": {1: "key int64", 2: "value int32"},
    "Macro": {1: "key int64", 2: "value Expr"},
    "SourceInfo": {4: "positions Position *", 5: "macro_calls Macro *"},
    "Reference": {1: "name string", 3: "overload_id string *", 4: "value Constant"},
    "Type": {1: "dyn bytes =kind", 5: "well_known int32 =kind", 9: "message_type string =kind"},
    "ReferenceItem": {1: "key int64", 2: "value Reference"},
    "TypeItem": {1: "key int64", 2: "value Type"},
    "CheckedExpr": {
        2: "reference_map ReferenceItem *",
        3: "type_map TypeItem *",
        4: "expr Expr",
        5: "source_info SourceInfo",
    },
}
"""Message -> number -> `name type`, with `*` for a list and `=x` for a member of the choice x.

Nested messages stand side by side and maps as lists of items: on the wire that is the same.
"""


def main() -> int:
    """Write the file, or compare."""
    made = build().SerializeToString(deterministic=True)
    if sys.argv[1:] == ["--check"]:
        same = TARGET.read_bytes() == made
        print(f"{TARGET.name} is {'up to date' if same else 'not what the installed packages give: run ' + __file__}")
        return 0 if same else 1
    TARGET.write_bytes(made)
    print(f"{TARGET.name}: {len(made)} bytes")
    return 0


def build() -> FileDescriptorSet:
    """All files, those referred to first."""
    reachable = _reachable()
    packages: dict[str, list[Descriptor | EnumDescriptor]] = defaultdict(list)
    standard: dict[str, FileDescriptorProto] = {}
    for name in sorted(reachable):
        if (package := reachable[name].file.package) == STANDARD:
            _standard(reachable[name].file, standard)
        elif reachable[name].containing_type is None:
            packages[package].append(reachable[name])
    files = [_file(package, tops, reachable) for package, tops in sorted(packages.items())]
    return FileDescriptorSet(file=[*standard.values(), *_in_order(files), _syntax()])


def _reachable() -> dict[str, Descriptor | EnumDescriptor]:
    """Full name -> type, of everything that the roots refer to, and of what that is nested in."""
    found: dict[str, Descriptor | EnumDescriptor] = {}
    waiting: list[Descriptor | EnumDescriptor] = [root.pb().DESCRIPTOR for root in ROOTS]
    while waiting:
        kind = waiting.pop()
        if kind.full_name in found:
            continue
        found[kind.full_name] = kind
        if kind.containing_type is not None:
            waiting.append(kind.containing_type)
        if isinstance(kind, Descriptor):
            types = ((field.message_type, field.enum_type) for field in kind.fields)
            waiting.extend(type_ for pair in types for type_ in pair if type_ is not None)
    return found


def _standard(file: FileDescriptor, found: dict[str, FileDescriptorProto]) -> None:
    for dependency in file.dependencies:
        _standard(dependency, found)
    proto = FileDescriptorProto()
    file.CopyToProto(proto)
    proto.ClearField("options")
    found[file.name] = proto


def _file(package: str, tops: list[Descriptor | EnumDescriptor], reachable: dict[str, Any]) -> FileDescriptorProto:
    file = FileDescriptorProto(name=_path(package), package=package, syntax="proto3")
    dependencies = set()
    for top in tops:
        if isinstance(top, Descriptor):
            _message(top, file.message_type.add(), reachable)
        else:
            _enum(top, file.enum_type.add())
    for name, kind in reachable.items():
        if isinstance(kind, Descriptor) and kind.file.package == package and name in reachable:
            for field in kind.fields:
                other = field.message_type or field.enum_type
                if other is not None and other.file.package != package:
                    standard = other.file.package == STANDARD
                    dependencies.add(other.file.name if standard else _path(other.file.package))
    file.dependency.extend(sorted(dependencies))
    return file


def _path(package: str) -> str:
    return f"validator/{package}.proto"


def _message(kind: Descriptor, proto: DescriptorProto, reachable: dict[str, Any]) -> None:
    kind.CopyToProto(proto)
    is_map = proto.options.map_entry
    proto.ClearField("options")
    if is_map:
        proto.options.map_entry = True
    for field in proto.field:
        field.name = _mended(field.name)
        field.ClearField("options")
    del proto.nested_type[:]
    for nested in kind.nested_types:
        if nested.full_name in reachable:
            _message(nested, proto.nested_type.add(), reachable)
    del proto.enum_type[:]
    for enum in kind.enum_types:
        if enum.full_name in reachable:
            _enum(enum, proto.enum_type.add())


def _enum(kind: EnumDescriptor, proto: EnumDescriptorProto) -> None:
    kind.CopyToProto(proto)
    proto.ClearField("options")
    for value in proto.value:
        value.ClearField("options")


def _mended(name: str) -> str:
    """The API's own name: the packages append `_` where a name is a word of Python."""
    return name.rstrip("_")


def _in_order(files: list[FileDescriptorProto]) -> list[FileDescriptorProto]:
    """Each file after those it depends on."""
    ordered: list[FileDescriptorProto] = []
    waiting = {file.name: file for file in files}
    while waiting:
        ready = [file for file in waiting.values() if not waiting.keys() & set(file.dependency)]
        if not ready:
            raise ValueError(f"packages that refer to each other: {', '.join(waiting)}")
        ordered += ready
        for file in ready:
            del waiting[file.name]
    return ordered


def _syntax() -> FileDescriptorProto:
    file = FileDescriptorProto(name="validator/cel.expr.proto", package="cel.expr", syntax="proto3")
    for message, fields in SYNTAX.items():
        proto = file.message_type.add(name=message)
        for number, text in fields.items():
            name, kind, *more = text.split()
            field = proto.field.add(name=name, number=number, label=FieldDescriptorProto.LABEL_OPTIONAL)
            if "*" in more:
                field.label = FieldDescriptorProto.LABEL_REPEATED
            if kind in SYNTAX:
                field.type = FieldDescriptorProto.TYPE_MESSAGE
                field.type_name = f".cel.expr.{kind}"
            else:
                field.type = FieldDescriptorProto.Type.Value(f"TYPE_{kind.upper()}")
            for choice in (mark[1:] for mark in more if mark.startswith("=")):
                if not proto.oneof_decl:
                    proto.oneof_decl.add(name=choice)
                field.oneof_index = 0
    return file


if __name__ == "__main__":
    sys.exit(main())
