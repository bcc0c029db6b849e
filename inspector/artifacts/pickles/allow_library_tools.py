"""Tier two, tools around training: measures, studies of settings, figures.

Classes that stand in pickles of their objects, by exact name. What opens files, databases or programs in
these libraries is left out: studies that are kept in a database, fonts by their files, measures that fetch
models.
"""

from __future__ import annotations

TORCHMETRICS = """
torchmetrics.aggregation: BaseAggregator CatMetric MaxMetric MeanMetric MinMetric RunningMean RunningSum
    SumMetric
torchmetrics.collections: MetricCollection
torchmetrics.classification.accuracy: Accuracy BinaryAccuracy MulticlassAccuracy MultilabelAccuracy
torchmetrics.classification.auroc: AUROC BinaryAUROC MulticlassAUROC MultilabelAUROC
torchmetrics.classification.average_precision: AveragePrecision BinaryAveragePrecision
    MulticlassAveragePrecision MultilabelAveragePrecision
torchmetrics.classification.base: _ClassificationTaskWrapper
torchmetrics.classification.calibration_error: BinaryCalibrationError CalibrationError
    MulticlassCalibrationError
torchmetrics.classification.cohen_kappa: BinaryCohenKappa CohenKappa MulticlassCohenKappa
torchmetrics.classification.confusion_matrix: BinaryConfusionMatrix ConfusionMatrix
    MulticlassConfusionMatrix MultilabelConfusionMatrix
torchmetrics.classification.eer: BinaryEER EER MulticlassEER MultilabelEER
torchmetrics.classification.exact_match: ExactMatch MulticlassExactMatch MultilabelExactMatch
torchmetrics.classification.f_beta: BinaryF1Score BinaryFBetaScore F1Score FBetaScore MulticlassF1Score
    MulticlassFBetaScore MultilabelF1Score MultilabelFBetaScore
torchmetrics.classification.group_fairness: BinaryFairness BinaryGroupStatRates _AbstractGroupStatScores
torchmetrics.classification.hamming: BinaryHammingDistance HammingDistance MulticlassHammingDistance
    MultilabelHammingDistance
torchmetrics.classification.hinge: BinaryHingeLoss HingeLoss MulticlassHingeLoss
torchmetrics.classification.jaccard: BinaryJaccardIndex JaccardIndex MulticlassJaccardIndex
    MultilabelJaccardIndex
torchmetrics.classification.logauc: BinaryLogAUC LogAUC MulticlassLogAUC MultilabelLogAUC
torchmetrics.classification.matthews_corrcoef: BinaryMatthewsCorrCoef MatthewsCorrCoef
    MulticlassMatthewsCorrCoef MultilabelMatthewsCorrCoef
torchmetrics.classification.negative_predictive_value: BinaryNegativePredictiveValue
    MulticlassNegativePredictiveValue MultilabelNegativePredictiveValue NegativePredictiveValue
torchmetrics.classification.precision_fixed_recall: BinaryPrecisionAtFixedRecall
    MulticlassPrecisionAtFixedRecall MultilabelPrecisionAtFixedRecall PrecisionAtFixedRecall
torchmetrics.classification.precision_recall: BinaryPrecision BinaryRecall MulticlassPrecision
    MulticlassRecall MultilabelPrecision MultilabelRecall Precision Recall
torchmetrics.classification.precision_recall_curve: BinaryPrecisionRecallCurve
    MulticlassPrecisionRecallCurve MultilabelPrecisionRecallCurve PrecisionRecallCurve
torchmetrics.classification.ranking: MultilabelCoverageError MultilabelRankingAveragePrecision
    MultilabelRankingLoss
torchmetrics.classification.recall_fixed_precision: BinaryRecallAtFixedPrecision
    MulticlassRecallAtFixedPrecision MultilabelRecallAtFixedPrecision RecallAtFixedPrecision
torchmetrics.classification.roc: BinaryROC MulticlassROC MultilabelROC ROC
torchmetrics.classification.sensitivity_specificity: BinarySensitivityAtSpecificity
    MulticlassSensitivityAtSpecificity MultilabelSensitivityAtSpecificity SensitivityAtSpecificity
torchmetrics.classification.specificity: BinarySpecificity MulticlassSpecificity MultilabelSpecificity
    Specificity
torchmetrics.classification.specificity_sensitivity: BinarySpecificityAtSensitivity
    MulticlassSpecificityAtSensitivity MultilabelSpecificityAtSensitivity SpecificityAtSensitivity
torchmetrics.classification.stat_scores: BinaryStatScores MulticlassStatScores MultilabelStatScores
    StatScores _AbstractStatScores
torchmetrics.regression.concordance: ConcordanceCorrCoef
torchmetrics.regression.cosine_similarity: CosineSimilarity
torchmetrics.regression.crps: ContinuousRankedProbabilityScore
torchmetrics.regression.csi: CriticalSuccessIndex
torchmetrics.regression.explained_variance: ExplainedVariance
torchmetrics.regression.js_divergence: JensenShannonDivergence
torchmetrics.regression.kendall: KendallRankCorrCoef
torchmetrics.regression.kl_divergence: KLDivergence
torchmetrics.regression.log_cosh: LogCoshError
torchmetrics.regression.log_mse: MeanSquaredLogError
torchmetrics.regression.mae: MeanAbsoluteError
torchmetrics.regression.mape: MeanAbsolutePercentageError
torchmetrics.regression.minkowski: MinkowskiDistance
torchmetrics.regression.mse: MeanSquaredError
torchmetrics.regression.nrmse: NormalizedRootMeanSquaredError
torchmetrics.regression.pearson: PearsonCorrCoef
torchmetrics.regression.r2: R2Score
torchmetrics.regression.rse: RelativeSquaredError
torchmetrics.regression.spearman: SpearmanCorrCoef
torchmetrics.regression.symmetric_mape: SymmetricMeanAbsolutePercentageError
torchmetrics.regression.tweedie_deviance: TweedieDevianceScore
torchmetrics.regression.wmape: WeightedMeanAbsolutePercentageError
torchmetrics.retrieval._deprecated: _RetrievalFallOut _RetrievalHitRate _RetrievalMAP _RetrievalMRR
    _RetrievalNormalizedDCG _RetrievalPrecision _RetrievalPrecisionRecallCurve _RetrievalRPrecision
    _RetrievalRecall _RetrievalRecallAtFixedPrecision
torchmetrics.retrieval.auroc: RetrievalAUROC
torchmetrics.retrieval.average_precision: RetrievalMAP
torchmetrics.retrieval.base: RetrievalMetric
torchmetrics.retrieval.fall_out: RetrievalFallOut
torchmetrics.retrieval.hit_rate: RetrievalHitRate
torchmetrics.retrieval.ndcg: RetrievalNormalizedDCG
torchmetrics.retrieval.precision: RetrievalPrecision
torchmetrics.retrieval.precision_recall_curve: RetrievalPrecisionRecallCurve
    RetrievalRecallAtFixedPrecision
torchmetrics.retrieval.r_precision: RetrievalRPrecision
torchmetrics.retrieval.recall: RetrievalRecall
torchmetrics.retrieval.reciprocal_rank: RetrievalMRR
torchmetrics.clustering.adjusted_mutual_info_score: AdjustedMutualInfoScore
torchmetrics.clustering.adjusted_rand_score: AdjustedRandScore
torchmetrics.clustering.calinski_harabasz_score: CalinskiHarabaszScore
torchmetrics.clustering.cluster_accuracy: ClusterAccuracy
torchmetrics.clustering.davies_bouldin_score: DaviesBouldinScore
torchmetrics.clustering.dunn_index: DunnIndex
torchmetrics.clustering.fowlkes_mallows_index: FowlkesMallowsIndex
torchmetrics.clustering.homogeneity_completeness_v_measure: CompletenessScore HomogeneityScore
    VMeasureScore
torchmetrics.clustering.mutual_info_score: MutualInfoScore
torchmetrics.clustering.normalized_mutual_info_score: NormalizedMutualInfoScore
torchmetrics.clustering.rand_score: RandScore
torchmetrics.nominal.cramers: CramersV
torchmetrics.nominal.fleiss_kappa: FleissKappa
torchmetrics.nominal.pearson: PearsonsContingencyCoefficient
torchmetrics.nominal.theils_u: TheilsU
torchmetrics.nominal.tschuprows: TschuprowsT
torchmetrics.wrappers.abstract: WrapperMetric
torchmetrics.wrappers.bootstrapping: BootStrapper
torchmetrics.wrappers.classwise: ClasswiseWrapper
torchmetrics.wrappers.minmax: MinMaxMetric
torchmetrics.wrappers.multioutput: MultioutputWrapper
torchmetrics.wrappers.multitask: MultitaskWrapper
torchmetrics.wrappers.tracker: MetricTracker
torchmetrics.wrappers.transformations: BinaryTargetTransformer LambdaInputTransformer
    MetricInputTransformer
"""

TORCHMETRICS_FUNCTIONS = """
torchmetrics.metric: jit_distributed_available
torchmetrics.utilities.data: dim_zero_cat dim_zero_max dim_zero_mean dim_zero_min dim_zero_sum
"""

OPTUNA = """
optuna.distributions: BaseDistribution CategoricalDistribution DiscreteUniformDistribution
    FloatDistribution IntDistribution IntLogUniformDistribution IntUniformDistribution
    LogUniformDistribution UniformDistribution
optuna.storages._in_memory: InMemoryStorage _StudyInfo
optuna.study.study: Study _ThreadLocalStudyAttribute
optuna.trial._frozen: FrozenTrial
optuna.samplers._lazy_random_state: LazyRandomState
optuna.samplers._random: RandomSampler
optuna.samplers._grid: GridSampler
optuna.samplers._tpe.sampler: TPESampler
optuna.samplers._tpe.parzen_estimator: _ParzenEstimator _ParzenEstimatorParameters
optuna.samplers._tpe.probability_distributions: _BatchedCategoricalDistributions
    _BatchedDiscreteTruncLogNormDistributions _BatchedDiscreteTruncNormDistributions
    _BatchedTruncLogNormDistributions _BatchedTruncNormDistributions _MixtureOfProductDistribution
optuna.samplers._cmaes: CmaEsSampler
optuna.samplers._qmc: QMCSampler
optuna.samplers._nsgaiii._sampler: NSGAIIISampler
optuna.samplers.nsgaii._sampler: NSGAIISampler
optuna.samplers.nsgaii._crossovers._uniform: UniformCrossover
optuna.samplers.nsgaii._child_generation_strategy: NSGAIIChildGenerationStrategy
optuna.samplers.nsgaii._elite_population_selection_strategy: NSGAIIElitePopulationSelectionStrategy
optuna.samplers.nsgaii._after_trial_strategy: NSGAIIAfterTrialStrategy
optuna.search_space.intersection: IntersectionSearchSpace
optuna.search_space.group_decomposed: _GroupDecomposedSearchSpace _SearchSpaceGroup
optuna.pruners._base: BasePruner
optuna.pruners._hyperband: HyperbandPruner
optuna.pruners._median: MedianPruner
optuna.pruners._nop: NopPruner
optuna.pruners._patient: PatientPruner
optuna.pruners._percentile: PercentilePruner
optuna.pruners._successive_halving: SuccessiveHalvingPruner
optuna.pruners._threshold: ThresholdPruner
optuna.pruners._wilcoxon: WilcoxonPruner
"""

OPTUNA_ENUMS = """
optuna.study._study_direction: StudyDirection
optuna.trial._state: TrialState
"""

OPTUNA_FUNCTIONS = """
optuna.samplers._tpe.sampler: default_weights default_gamma hyperopt_default_gamma
"""

MATPLOTLIB = """
matplotlib.artist: Artist _XYPair
matplotlib.axes._axes: Axes _GroupedBarReturn
matplotlib.axes._base: _AxesBase _PropCycle _TransformedBoundsLocator _process_plot_var_args
matplotlib.axis: Axis Tick Ticker XAxis XTick YAxis YTick _LazyTickList
matplotlib.cbook: CallbackRegistry Grouper GrouperView _OrderedSet _Stack _StrongRef _UnhashDict
    silent_list
matplotlib.collections: AsteriskPolygonCollection CircleCollection Collection EllipseCollection
    EventCollection FillBetweenPolyCollection LineCollection PatchCollection PathCollection
    PolyCollection PolyQuadMesh QuadMesh RegularPolyCollection StarPolygonCollection TriMesh
    _CollectionWithSizes _MeshData
matplotlib.colorbar: Colorbar _ColorbarAxesLocator _ColorbarSpine
matplotlib.colorizer: Colorizer ColorizingArtist _ColorizerInterface _ScalarMappable
matplotlib.colors: AsinhNorm BivarColormap BivarColormapFromImage BoundaryNorm CenteredNorm
    ColorConverter ColorSequenceRegistry Colormap FuncNorm LightSource LinearSegmentedColormap
    ListedColormap LogNorm MultiNorm MultivarColormap NoNorm Norm Normalize PowerNorm
    SegmentedBivarColormap SymLogNorm TwoSlopeNorm _ColorMapping
matplotlib.container: BarContainer Container ErrorbarContainer PieContainer StemContainer
matplotlib.contour: ContourLabeler ContourSet QuadContourSet
matplotlib.figure: Figure FigureBase SubFigure _AxesStack
matplotlib.font_manager: FontProperties
matplotlib.gridspec: GridSpec GridSpecBase GridSpecFromSubplotSpec SubplotParams SubplotSpec
matplotlib.image: AxesImage NonUniformImage PcolorImage _ImageBase
matplotlib.layout_engine: ConstrainedLayoutEngine LayoutEngine PlaceHolderLayoutEngine TightLayoutEngine
matplotlib.legend: DraggableLegend Legend
matplotlib.legend_handler: HandlerBase HandlerCircleCollection HandlerErrorbar HandlerLine2D
    HandlerLine2DCompound HandlerLineCollection HandlerNpoints HandlerNpointsYoffsets HandlerPatch
    HandlerPathCollection HandlerPolyCollection HandlerRegularPolyCollection HandlerStem HandlerStepPatch
    HandlerTuple
matplotlib.lines: AxLine Line2D VertexSelector
matplotlib.markers: MarkerStyle
matplotlib.offsetbox: AnchoredOffsetbox AnchoredText AnnotationBbox AuxTransformBox DraggableAnnotation
    DraggableBase DraggableOffsetBox DrawingArea HPacker OffsetBox OffsetImage PackerBase PaddedBox
    TextArea VPacker
matplotlib.patches: ArrowStyle.BarAB ArrowStyle.BracketA ArrowStyle.BracketAB ArrowStyle.BracketB
    ArrowStyle.BracketCurve ArrowStyle.Curve ArrowStyle.CurveA ArrowStyle.CurveAB ArrowStyle.CurveB
    ArrowStyle.CurveBracket ArrowStyle.CurveFilledA ArrowStyle.CurveFilledAB ArrowStyle.CurveFilledB
    ArrowStyle.Fancy ArrowStyle.Simple ArrowStyle.Wedge BoxStyle.Circle BoxStyle.DArrow BoxStyle.Ellipse
    BoxStyle.LArrow BoxStyle.RArrow BoxStyle.Round BoxStyle.Round4 BoxStyle.Roundtooth BoxStyle.Sawtooth
    BoxStyle.Square ConnectionStyle.Angle ConnectionStyle.Angle3 ConnectionStyle.Arc ConnectionStyle.Arc3
    ConnectionStyle.Bar
    Annulus Arc Arrow ArrowStyle BoxStyle Circle CirclePolygon ConnectionPatch
    ConnectionStyle Ellipse FancyArrow FancyArrowPatch FancyBboxPatch Patch PathPatch Polygon Rectangle
    RegularPolygon Shadow StepPatch Wedge _Style
matplotlib.path: Path
matplotlib.projections.polar: InvertedPolarTransform PolarAffine PolarAxes PolarTransform RadialAxis
    RadialLocator RadialTick ThetaAxis ThetaFormatter ThetaLocator ThetaTick _AxisWrapper _ThetaShift
    _WedgeBbox
matplotlib.quiver: Barbs Quiver QuiverKey
matplotlib.scale: AsinhScale AsinhTransform InvertedAsinhTransform InvertedLogTransform
    InvertedSymmetricalLogTransform LinearScale LogScale LogTransform LogisticTransform LogitScale
    LogitTransform ScaleBase SymmetricalLogScale SymmetricalLogTransform
matplotlib.spines: Spine Spines SpinesProxy
matplotlib.table: Cell Table
matplotlib.text: Annotation OffsetFrom Text _AnnotationBase
matplotlib.ticker: AsinhLocator AutoLocator AutoMinorLocator EngFormatter FixedFormatter FixedLocator
    FormatStrFormatter Formatter IndexLocator LinearLocator Locator LogFormatter LogFormatterExponent
    LogFormatterMathtext LogFormatterSciNotation LogLocator LogitFormatter LogitLocator MaxNLocator
    MultipleLocator NullFormatter NullLocator PercentFormatter ScalarFormatter StrMethodFormatter
    SymmetricalLogLocator TickHelper _DummyAxis _Edge_integer _UnicodeMinusFormat
matplotlib.transforms: Affine2D Affine2DBase AffineBase AffineDeltaTransform Bbox BboxBase BboxTransform
    BboxTransformFrom BboxTransformTo BlendedAffine2D BlendedGenericTransform CompositeAffine2D
    CompositeGenericTransform IdentityTransform LockableBbox ScaledTranslation Transform TransformNode
    TransformWrapper TransformedBbox TransformedPatchPath TransformedPath _BlendedMixin _ScaledRotation
matplotlib.dates: AutoDateFormatter AutoDateLocator ConciseDateConverter ConciseDateFormatter
    DateConverter DateFormatter DateLocator DayLocator HourLocator MicrosecondLocator MinuteLocator
    MonthLocator RRuleLocator SecondLocator WeekdayLocator YearLocator _SwitchableDateConverter
matplotlib.patheffects: AbstractPathEffect Normal PathEffectRenderer PathPatchEffect SimpleLineShadow
    SimplePatchShadow Stroke TickedStroke withSimplePatchShadow withStroke withTickedStroke
"""

MATPLOTLIB_ENUMS = """
matplotlib._enums: CapStyle JoinStyle
"""

MATPLOTLIB_MAKERS = """
matplotlib.colors: _create_empty_object_of_class
"""

MATPLOTLIB_FUNCTIONS = """
matplotlib.cbook: _exception_printer
matplotlib.backend_bases: _key_handler _mouse_handler
matplotlib.colorbar: _remove_cbar_axes
"""

POLARS_TYPES = """
polars.datatypes.classes: Array Binary Boolean Categorical Date Datetime Decimal Duration Enum Field Float32
    Float64 Int128 Int16 Int32 Int64 Int8 List Null Object String Struct Time UInt16 UInt32 UInt64 UInt8
    Unknown Utf8
polars.schema: Schema
"""

# Made from numbers and from each other alone: sympy evaluates a text in their place as Python.
SYMPY = """
sympy.core.add: Add
sympy.core.mul: Mul NC_Marker
sympy.core.power: Pow
sympy.core.numbers: AlgebraicNumber Catalan ComplexInfinity EulerGamma Exp1 GoldenRatio Half
    ImaginaryUnit Infinity Integer IntegerConstant NaN NegativeInfinity NegativeOne Number NumberSymbol
    One Pi Rational RationalConstant TribonacciConstant Zero
sympy.core.relational: Equality GreaterThan LessThan Relational StrictGreaterThan StrictLessThan
    Unequality _Greater _Inequality _Less
sympy.core.mod: Mod
sympy.core.containers: Dict OrderedSet Tuple TupleKind
sympy.core.function: Application AppliedUndef DefinedFunction Derivative Function Lambda Subs
sympy.functions.elementary.complexes: Abs adjoint arg conjugate im periodic_argument polar_lift
    principal_branch re sign transpose
sympy.functions.elementary.exponential: ExpBase ExpMeta LambertW exp exp_polar log
sympy.functions.elementary.hyperbolic: HyperbolicFunction InverseHyperbolicFunction
    ReciprocalHyperbolicFunction acosh acoth acsch asech asinh atanh cosh coth csch sech sinh tanh
sympy.functions.elementary.integers: RoundFunction ceiling floor frac
sympy.functions.elementary.miscellaneous: IdentityFunction Max Min MinMaxBase Rem
sympy.functions.elementary.piecewise: ExprCondPair Piecewise
sympy.functions.elementary.trigonometric: InverseTrigonometricFunction ReciprocalTrigonometricFunction
    TrigonometricFunction acos acot acsc asec asin atan atan2 cos cot csc sec sin sinc tan
sympy.functions.combinatorial.factorials: CombinatorialFunction FallingFactorial MultiFactorial
    RisingFactorial binomial factorial factorial2 subfactorial
sympy.functions.special.gamma_functions: digamma gamma loggamma lowergamma multigamma polygamma trigamma
    uppergamma
sympy.functions.special.error_functions: Chi Ci Ei FresnelIntegral Li Shi Si TrigonometricIntegral _eis
    _erfs erf erf2 erf2inv erfc erfcinv erfi erfinv expint fresnelc fresnels li
sympy.logic.boolalg: And Boolean BooleanAtom BooleanFalse BooleanFunction BooleanTrue Equivalent
    Exclusive ITE Implies Nand Nor Not Or Xnor Xor
sympy.sets.sets: Complement DisjointUnion EmptySet FiniteSet Intersection Interval ProductSet Set SetKind
    SymmetricDifference Union UniversalSet
sympy.integrals.integrals: Integral
sympy.concrete.summations: Sum
sympy.concrete.products: Product
sympy.matrices.dense: DenseMatrix MutableDenseMatrix
sympy.matrices.immutable: ImmutableDenseMatrix ImmutableRepMatrix ImmutableSparseMatrix
sympy.matrices.sparse: MutableSparseMatrix SparseRepMatrix
sympy.polys.polytools: Poly
sympy.polys.domains.expressionrawdomain: ExpressionRawDomain
sympy.polys.domains.integerring: IntegerRing
sympy.polys.domains.rationalfield: RationalField
sympy.polys.domains.expressiondomain: ExpressionDomain
"""

# A text and then terms: what a pattern is to exclude is evaluated.
SYMPY_PATTERNS = "sympy.core.symbol: Wild"

SYMPY_NAMES = """
sympy.core.numbers: Float
sympy.core.symbol: Dummy Symbol
sympy.polys.matrices.domainmatrix: DomainMatrix
"""

READ_FROM = {
    "sympy": "sympy 1.14.0",
    "torchmetrics": "torchmetrics 1.9.0",
    "optuna": "optuna 5.0.0",
    "matplotlib": "matplotlib 3.11.2",
    "polars": "polars 2.1.0",
}
