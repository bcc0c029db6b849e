"""Names of pandas in pickles of tables, columns and indexes; ``allow_library`` gives the reasons."""

from __future__ import annotations

PANDAS = """
pandas: BooleanDtype Categorical CategoricalDtype DataFrame DateOffset DatetimeIndex DatetimeTZDtype
    Float64Dtype Index Int16Dtype Int32Dtype Int64Dtype Int8Dtype IntervalDtype IntervalIndex MultiIndex
    NA NaT Period PeriodDtype PeriodIndex RangeIndex Series StringDtype TimedeltaIndex CategoricalIndex
    UInt8Dtype UInt16Dtype UInt32Dtype UInt64Dtype Float32Dtype Timestamp Timedelta Interval
pandas.arrays: BooleanArray DatetimeArray FloatingArray IntegerArray PeriodArray StringArray IntervalArray
    TimedeltaArray NumpyExtensionArray SparseArray
pandas._libs.arrays: __pyx_unpickle_NDArrayBacked
pandas._libs.internals: _unpickle_block
pandas._libs.tslibs.offsets: Day Hour Minute Second BusinessDay MonthEnd MonthBegin YearEnd YearBegin
    QuarterEnd Week DateOffset
pandas._libs.tslibs.timedeltas: _timedelta_unpickle
pandas._libs.tslibs.timestamps: _unpickle_timestamp Timestamp
pandas._libs.tslibs.nattype: _nat_unpickle
pandas._libs.tslibs.period: Period
pandas._libs.missing: NAType NA
pandas.core.frame: DataFrame
pandas.core.series: Series
pandas.core.arrays.boolean: BooleanArray BooleanDtype
pandas.core.arrays.categorical: Categorical
pandas.core.arrays.datetimes: DatetimeArray
pandas.core.arrays.arrow.array: ArrowExtensionArray
pandas.core.arrays.floating: FloatingArray Float32Dtype Float64Dtype
pandas.core.arrays.integer: IntegerArray Int8Dtype Int16Dtype Int32Dtype Int64Dtype UInt8Dtype UInt16Dtype
    UInt32Dtype UInt64Dtype
pandas.core.arrays.interval: IntervalArray
pandas.core.arrays.numpy_: NumpyExtensionArray PandasArray
pandas.core.arrays.period: PeriodArray
pandas.core.arrays.sparse.array: SparseArray
pandas.core.arrays.string_arrow: ArrowStringArray
pandas.core.arrays.timedeltas: TimedeltaArray
pandas.core.arrays.string_: StringArray StringDtype
pandas.core.dtypes.dtypes: CategoricalDtype DatetimeTZDtype PeriodDtype IntervalDtype SparseDtype ArrowDtype
    NumpyEADtype
pandas.core.indexes.base: Index
pandas.core.indexes.category: CategoricalIndex
pandas.core.indexes.datetimes: DatetimeIndex
pandas.core.indexes.interval: IntervalIndex
pandas.core.indexes.multi: MultiIndex
pandas.core.indexes.numeric: Int64Index Float64Index UInt64Index
pandas.core.indexes.period: PeriodIndex
pandas.core.indexes.range: RangeIndex
pandas.core.indexes.timedeltas: TimedeltaIndex
pandas.core.internals.blocks: new_block Block ObjectBlock FloatBlock IntBlock
pandas.core.internals.managers: BlockManager SingleBlockManager
"""

# Functions that call the class they are handed with any keywords.
PANDAS_MAKERS = (
    ("pandas.core.indexes.base", "_new_Index"),
    ("pandas.core.indexes.datetimes", "_new_DatetimeIndex"),
    ("pandas.core.indexes.interval", "_new_IntervalIndex"),
    ("pandas.core.indexes.period", "_new_PeriodIndex"),
    ("pandas.core.indexes.timedeltas", "_new_TimedeltaIndex"),
)

PANDAS_INSIDES = """
pandas._libs.arrays: NDArrayBacked
pandas._libs.internals: Block BlockManager BlockPlacement BlockValuesRefs
pandas._libs.interval: IntervalMixin IntervalTree __pyx_unpickle_IntervalMixin __pyx_unpickle_IntervalTree
pandas._libs.missing: C_NAType __pyx_unpickle_C_NAType
pandas._libs.sparse: BlockIndex IntIndex SparseIndex __pyx_unpickle_BlockMerge __pyx_unpickle_BlockUnion
    __pyx_unpickle_SparseIndex
pandas._libs.tslibs.nattype: _NaT __pyx_unpickle__NaT
pandas._libs.tslibs.offsets: BDay BHalfYearBegin BHalfYearEnd BMonthBegin BMonthEnd BQuarterBegin
    BQuarterEnd BYearBegin BYearEnd BaseOffset BusinessHour BusinessMixin BusinessMonthBegin
    BusinessMonthEnd CBMonthBegin CBMonthEnd CDay CustomBusinessDay CustomBusinessHour
    CustomBusinessMonthBegin CustomBusinessMonthEnd Easter FY5253 FY5253Mixin FY5253Quarter HalfYearBegin
    HalfYearEnd HalfYearOffset LastWeekOfMonth Micro Milli MonthOffset Nano OffsetMeta QuarterBegin
    QuarterOffset RelativeDeltaOffset SemiMonthBegin SemiMonthEnd SemiMonthOffset SingleConstructorOffset
    Tick WeekOfMonth WeekOfMonthMixin YearOffset _CustomBusinessMonth _CustomBusinessMonthBegin
    _CustomBusinessMonthEnd _YearEnd __pyx_unpickle_BaseOffset
pandas._libs.tslibs.period: PeriodMixin _Period __pyx_unpickle_PeriodMixin
pandas._libs.tslibs.timedeltas: MinMaxReso ResoState _Timedelta __pyx_unpickle__Timedelta
pandas._libs.tslibs.timestamps: MinMaxReso _Timestamp
pandas.core.arrays._mixins: NDArrayBackedExtensionArray
pandas.core.arrays.arrow.extension_types: ArrowIntervalType ArrowPeriodType
pandas.core.arrays.base: ExtensionArrayNaResult
pandas.core.arrays.floating: FloatingDtype
pandas.core.arrays.integer: IntegerDtype
pandas.core.arrays.masked: BaseMaskedArray
pandas.core.arrays.numeric: NumericArray NumericDtype
pandas.core.arrays.string_: BaseStringArray
pandas.core.dtypes.dtypes: BaseMaskedDtype CategoricalDtypeType NumpyEADtype PandasExtensionDtype
pandas.core.indexes.extension: ExtensionIndex NDArrayBackedExtensionIndex
pandas.core.indexes.multi: MultiIndexPyIntEngine MultiIndexUInt16Engine MultiIndexUInt32Engine
    MultiIndexUInt64Engine MultiIndexUInt8Engine
pandas.core.internals.api: _DatetimeTZBlock
pandas.core.internals.blocks: DatetimeLikeBlock EABackedBlock ExtensionBlock NDArrayBackedExtensionBlock
    NumpyBlock
pandas.core.internals.managers: BaseBlockManager
pandas: SparseDtype ArrowDtype
pandas.arrays: ArrowExtensionArray ArrowStringArray
pyarrow.lib: _restore_array binary bool_ chunked_array date32 date64 decimal128 decimal256 dictionary
    duration fixed_shape_tensor float16 float32 float64 int16 int32 int64 int8 large_binary large_list
    large_string list_ map_ null py_buffer run_end_encoded scalar string struct time32 time64 timestamp
    type_for_alias uint16 uint32 uint64 uint8
"""
