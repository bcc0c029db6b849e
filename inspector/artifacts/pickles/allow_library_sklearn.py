"""The scikit-learn part of tier two: estimators by exact name, and what fitted ones hold inside.

Read from scikit-learn 1.9.1 (``sklearn.utils.all_estimators`` and the pickles of fitted estimators), with the
paths that older versions used for the commonest ones.
"""

from __future__ import annotations

ESTIMATORS_READ_FROM = "scikit-learn 1.9.1 and 0.21"

ESTIMATORS = """
sklearn.calibration: CalibratedClassifierCV
sklearn.cluster._affinity_propagation: AffinityPropagation
sklearn.cluster._agglomerative: AgglomerativeClustering FeatureAgglomeration
sklearn.cluster._bicluster: SpectralBiclustering SpectralCoclustering
sklearn.cluster._birch: Birch
sklearn.cluster._bisect_k_means: BisectingKMeans
sklearn.cluster._dbscan: DBSCAN
sklearn.cluster._hdbscan.hdbscan: HDBSCAN
sklearn.cluster._kmeans: KMeans MiniBatchKMeans
sklearn.cluster._mean_shift: MeanShift
sklearn.cluster._optics: OPTICS
sklearn.cluster._spectral: SpectralClustering
sklearn.compose._column_transformer: ColumnTransformer
sklearn.compose._target: TransformedTargetRegressor
sklearn.covariance._elliptic_envelope: EllipticEnvelope
sklearn.covariance._empirical_covariance: EmpiricalCovariance
sklearn.covariance._graph_lasso: GraphicalLasso GraphicalLassoCV
sklearn.covariance._robust_covariance: MinCovDet
sklearn.covariance._shrunk_covariance: LedoitWolf OAS ShrunkCovariance
sklearn.cross_decomposition._pls: CCA PLSCanonical PLSRegression PLSSVD
sklearn.decomposition._dict_learning: DictionaryLearning MiniBatchDictionaryLearning SparseCoder
sklearn.decomposition._factor_analysis: FactorAnalysis
sklearn.decomposition._fastica: FastICA
sklearn.decomposition._incremental_pca: IncrementalPCA
sklearn.decomposition._kernel_pca: KernelPCA
sklearn.decomposition._lda: LatentDirichletAllocation
sklearn.decomposition._nmf: MiniBatchNMF NMF
sklearn.decomposition._pca: PCA
sklearn.decomposition._sparse_pca: MiniBatchSparsePCA SparsePCA
sklearn.decomposition._truncated_svd: TruncatedSVD
sklearn.discriminant_analysis: LinearDiscriminantAnalysis QuadraticDiscriminantAnalysis
sklearn.dummy: DummyClassifier DummyRegressor
sklearn.ensemble._bagging: BaggingClassifier BaggingRegressor
sklearn.ensemble._forest: ExtraTreesClassifier ExtraTreesRegressor RandomForestClassifier
    RandomForestRegressor RandomTreesEmbedding
sklearn.ensemble._gb: GradientBoostingClassifier GradientBoostingRegressor
sklearn.ensemble._hist_gradient_boosting.gradient_boosting: HistGradientBoostingClassifier
    HistGradientBoostingRegressor
sklearn.ensemble._iforest: IsolationForest
sklearn.ensemble._stacking: StackingClassifier StackingRegressor
sklearn.ensemble._voting: VotingClassifier VotingRegressor
sklearn.ensemble._weight_boosting: AdaBoostClassifier AdaBoostRegressor
sklearn.feature_extraction._dict_vectorizer: DictVectorizer
sklearn.feature_extraction._hash: FeatureHasher
sklearn.feature_extraction.image: PatchExtractor
sklearn.feature_extraction.text: CountVectorizer HashingVectorizer TfidfTransformer TfidfVectorizer
sklearn.feature_selection._from_model: SelectFromModel
sklearn.feature_selection._rfe: RFE RFECV
sklearn.feature_selection._sequential: SequentialFeatureSelector
sklearn.feature_selection._univariate_selection: GenericUnivariateSelect SelectFdr SelectFpr SelectFwe
    SelectKBest SelectPercentile
sklearn.feature_selection._variance_threshold: VarianceThreshold
sklearn.frozen._frozen: FrozenEstimator
sklearn.gaussian_process._gpc: GaussianProcessClassifier
sklearn.gaussian_process._gpr: GaussianProcessRegressor
sklearn.impute._base: MissingIndicator SimpleImputer
sklearn.impute._knn: KNNImputer
sklearn.isotonic: IsotonicRegression
sklearn.kernel_approximation: AdditiveChi2Sampler Nystroem PolynomialCountSketch RBFSampler
    SkewedChi2Sampler
sklearn.kernel_ridge: KernelRidge
sklearn.linear_model._base: LinearRegression
sklearn.linear_model._bayes: ARDRegression BayesianRidge
sklearn.linear_model._coordinate_descent: ElasticNet ElasticNetCV Lasso LassoCV MultiTaskElasticNet
    MultiTaskElasticNetCV MultiTaskLasso MultiTaskLassoCV
sklearn.linear_model._glm.glm: GammaRegressor PoissonRegressor TweedieRegressor
sklearn.linear_model._huber: HuberRegressor
sklearn.linear_model._least_angle: Lars LarsCV LassoLars LassoLarsCV LassoLarsIC
sklearn.linear_model._logistic: LogisticRegression LogisticRegressionCV
sklearn.linear_model._omp: OrthogonalMatchingPursuit OrthogonalMatchingPursuitCV
sklearn.linear_model._passive_aggressive: PassiveAggressiveClassifier PassiveAggressiveRegressor
sklearn.linear_model._perceptron: Perceptron
sklearn.linear_model._quantile: QuantileRegressor
sklearn.linear_model._ransac: RANSACRegressor
sklearn.linear_model._ridge: Ridge RidgeCV RidgeClassifier RidgeClassifierCV
sklearn.linear_model._stochastic_gradient: SGDClassifier SGDOneClassSVM SGDRegressor
sklearn.linear_model._theil_sen: TheilSenRegressor
sklearn.manifold._classical_mds: ClassicalMDS
sklearn.manifold._isomap: Isomap
sklearn.manifold._locally_linear: LocallyLinearEmbedding
sklearn.manifold._mds: MDS
sklearn.manifold._spectral_embedding: SpectralEmbedding
sklearn.manifold._t_sne: TSNE
sklearn.mixture._bayesian_mixture: BayesianGaussianMixture
sklearn.mixture._gaussian_mixture: GaussianMixture
sklearn.model_selection._classification_threshold: FixedThresholdClassifier TunedThresholdClassifierCV
sklearn.model_selection._search: GridSearchCV RandomizedSearchCV
sklearn.multiclass: OneVsOneClassifier OneVsRestClassifier OutputCodeClassifier
sklearn.multioutput: ClassifierChain MultiOutputClassifier MultiOutputRegressor RegressorChain
sklearn.naive_bayes: BernoulliNB CategoricalNB ComplementNB GaussianNB MultinomialNB
sklearn.neighbors._classification: KNeighborsClassifier RadiusNeighborsClassifier
sklearn.neighbors._graph: KNeighborsTransformer RadiusNeighborsTransformer
sklearn.neighbors._kde: KernelDensity
sklearn.neighbors._lof: LocalOutlierFactor
sklearn.neighbors._nca: NeighborhoodComponentsAnalysis
sklearn.neighbors._nearest_centroid: NearestCentroid
sklearn.neighbors._regression: KNeighborsRegressor RadiusNeighborsRegressor
sklearn.neighbors._unsupervised: NearestNeighbors
sklearn.neural_network._multilayer_perceptron: MLPClassifier MLPRegressor
sklearn.neural_network._rbm: BernoulliRBM
sklearn.pipeline: FeatureUnion Pipeline
sklearn.preprocessing._data: Binarizer KernelCenterer MaxAbsScaler MinMaxScaler Normalizer
    PowerTransformer QuantileTransformer RobustScaler StandardScaler
sklearn.preprocessing._discretization: KBinsDiscretizer
sklearn.preprocessing._encoders: OneHotEncoder OrdinalEncoder
sklearn.preprocessing._function_transformer: FunctionTransformer
sklearn.preprocessing._label: LabelBinarizer LabelEncoder MultiLabelBinarizer
sklearn.preprocessing._polynomial: PolynomialFeatures SplineTransformer
sklearn.preprocessing._target_encoder: TargetEncoder
sklearn.random_projection: GaussianRandomProjection SparseRandomProjection
sklearn.semi_supervised._label_propagation: LabelPropagation LabelSpreading
sklearn.semi_supervised._self_training: SelfTrainingClassifier
sklearn.svm._classes: LinearSVC LinearSVR NuSVC NuSVR OneClassSVM SVC SVR
sklearn.tree._classes: DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier
    ExtraTreeRegressor
sklearn.linear_model.logistic: LogisticRegression
sklearn.linear_model.base: LinearRegression
sklearn.linear_model.ridge: Ridge RidgeClassifier
sklearn.linear_model.stochastic_gradient: SGDClassifier SGDRegressor
sklearn.ensemble.forest: RandomForestClassifier RandomForestRegressor ExtraTreesClassifier ExtraTreesRegressor
sklearn.ensemble.gradient_boosting: GradientBoostingClassifier GradientBoostingRegressor
sklearn.tree.tree: DecisionTreeClassifier DecisionTreeRegressor
sklearn.svm.classes: SVC SVR LinearSVC LinearSVR NuSVC OneClassSVM
sklearn.preprocessing.data: StandardScaler MinMaxScaler RobustScaler MaxAbsScaler
sklearn.preprocessing.label: LabelEncoder LabelBinarizer MultiLabelBinarizer
sklearn.decomposition.pca: PCA
sklearn.cluster.k_means_: KMeans MiniBatchKMeans
sklearn.neighbors.classification: KNeighborsClassifier
sklearn.neighbors.regression: KNeighborsRegressor
"""

INSIDES = """
sklearn._loss._loss: CyLossFunction __pyx_unpickle_CyHalfMultinomialLoss
sklearn._loss.loss: BaseLoss HalfBinomialLossArrayAPI HalfMultinomialLossArrayAPI HalfPoissonLossArrayAPI
sklearn.base: BaseEstimator
sklearn.calibration: _TemperatureScaling
sklearn.cluster._bicluster: BaseSpectral
sklearn.cluster._birch: _CFNode _CFSubcluster
sklearn.cluster._bisect_k_means: _BisectingTree
sklearn.cluster._hdbscan._tree: TreeUnionFind __pyx_unpickle_TreeUnionFind
sklearn.cluster._kmeans: _BaseKMeans
sklearn.compose._column_transformer: make_column_selector
sklearn.covariance._graph_lasso: BaseGraphicalLasso
sklearn.cross_decomposition._pls: _PLS
sklearn.decomposition._base: _BasePCA
sklearn.decomposition._nmf: _BaseNMF
sklearn.decomposition._sparse_pca: _BaseSparsePCA
sklearn.ensemble._bagging: BaseBagging
sklearn.ensemble._base: BaseEnsemble _BaseHeterogeneousEnsemble
sklearn.ensemble._forest: BaseForest ForestClassifier ForestRegressor
sklearn.ensemble._gb: BaseGradientBoosting
sklearn.ensemble._hist_gradient_boosting.common: MonotonicConstraint
sklearn.ensemble._hist_gradient_boosting.gradient_boosting: BaseHistGradientBoosting
sklearn.ensemble._stacking: _BaseStacking
sklearn.ensemble._voting: _BaseVoting
sklearn.ensemble._weight_boosting: BaseWeightBoosting
sklearn.feature_selection._univariate_selection: _BaseFilter
sklearn.gaussian_process._gpc: _BinaryGaussianProcessClassifierLaplace
sklearn.gaussian_process.kernels: GenericKernelMixin Kernel KernelOperator NormalizedKernelMixin
    StationaryKernelMixin
sklearn.impute._base: _BaseImputer
sklearn.impute._iterative: IterativeImputer _ImputerTriplet
sklearn.linear_model._base: LinearModel MultiOutputLinearModel
sklearn.linear_model._coordinate_descent: LinearModelCV
sklearn.linear_model._glm.glm: _GeneralizedLinearRegressor
sklearn.linear_model._linear_loss: LinearModelLoss
sklearn.linear_model._ridge: _BaseRidge _BaseRidgeCV _IdentityClassifier _IdentityRegressor _RidgeGCV
sklearn.linear_model._sgd_fast: Classification Regression __pyx_unpickle_Classification
    __pyx_unpickle_Regression
sklearn.linear_model._stochastic_gradient: BaseSGD BaseSGDClassifier BaseSGDRegressor
sklearn.metrics._dist_metrics: BrayCurtisDistance32 BrayCurtisDistance64 CanberraDistance32
    CanberraDistance64 ChebyshevDistance32 ChebyshevDistance64 DiceDistance32 DiceDistance64
    HammingDistance32 HammingDistance64 HaversineDistance32 HaversineDistance64 JaccardDistance32
    JaccardDistance64 KulsinskiDistance32 KulsinskiDistance64 MahalanobisDistance32 MahalanobisDistance64
    MatchingDistance32 MatchingDistance64 PyFuncDistance32 PyFuncDistance64 RogersTanimotoDistance32
    RogersTanimotoDistance64 RussellRaoDistance32 RussellRaoDistance64 SEuclideanDistance32
    SEuclideanDistance64 SokalMichenerDistance32 SokalMichenerDistance64 SokalSneathDistance32
    SokalSneathDistance64 __pyx_unpickle_DistanceMetric
sklearn.metrics._scorer: _BaseScorer _CurveScorer _MultimetricScorer
sklearn.mixture._base: BaseMixture
sklearn.model_selection._classification_threshold: BaseThresholdClassifier
sklearn.model_selection._search: BaseSearchCV
sklearn.model_selection._search_successive_halving: BaseSuccessiveHalving HalvingGridSearchCV
    HalvingRandomSearchCV
sklearn.model_selection._split: BaseCrossValidator BaseShuffleSplit GroupShuffleSplit GroupsConsumerMixin
    LeaveOneGroupOut LeavePGroupsOut LeavePOut PredefinedSplit StratifiedGroupKFold _BaseKFold
    _CVIterableWrapper _RepeatedSplits _UnsupportedGroupCVMixin
sklearn.multiclass: _ConstantPredictor
sklearn.multioutput: _BaseChain _MultiOutputEstimator
sklearn.naive_bayes: _BaseDiscreteNB _BaseNB
sklearn.neighbors._ball_tree: BinaryTree32 BinaryTree64 NeighborsHeap32 NeighborsHeap64 NodeHeap
sklearn.neighbors._base: NeighborsBase
sklearn.neighbors._kd_tree: BinaryTree32 BinaryTree64 NeighborsHeap32 NeighborsHeap64 NodeHeap
sklearn.neighbors._quad_tree: _QuadTree
sklearn.neural_network._multilayer_perceptron: BaseMultilayerPerceptron
sklearn.neural_network._stochastic_optimizers: BaseOptimizer
sklearn.preprocessing._encoders: _BaseEncoder
sklearn.random_projection: BaseRandomProjection
sklearn.semi_supervised._label_propagation: BaseLabelPropagation
sklearn.svm._base: BaseLibSVM BaseSVC
sklearn.tree._classes: BaseDecisionTree
sklearn.tree._criterion: ClassificationCriterion Criterion Entropy Gini MAE MSE Poisson
    RegressionCriterion __pyx_unpickle_Criterion
sklearn.tree._partitioner: __pyx_unpickle_DensePartitioner __pyx_unpickle_SparsePartitioner
sklearn.tree._splitter: BestSparseSplitter BestSplitter RandomSparseSplitter RandomSplitter Splitter
sklearn.tree._tree: BestFirstTreeBuilder DepthFirstTreeBuilder TreeBuilder _AlphaPruner
    _CCPPruneController _PathFinder __pyx_unpickle_TreeBuilder __pyx_unpickle__CCPPruneController
sklearn.utils._encode: MissingValues _NaNCounter _nandict
sklearn.utils._metadata_requests: MetadataRequest MetadataRouter MethodMapping MethodMetadataRequest
    MethodPair RouterMappingPair
sklearn.utils._tags: ClassifierTags InputTags RegressorTags Tags TargetTags TransformerTags
sklearn.exceptions: ConvergenceWarning DataConversionWarning FitFailedWarning InconsistentVersionWarning
    NotFittedError UndefinedMetricWarning
sklearn._loss._loss: CyAbsoluteError CyExponentialLoss CyHalfBinomialLoss CyHalfGammaLoss
    CyHalfMultinomialLoss CyHalfPoissonLoss CyHalfSquaredError CyHalfTweedieLoss CyHalfTweedieLossIdentity
    CyHuberLoss CyPinballLoss
sklearn._loss.link: BaseLink HalfLogitLink IdentityLink Interval LogLink LogitLink MultinomialLogit
sklearn._loss.loss: AbsoluteError ExponentialLoss HalfBinomialLoss HalfGammaLoss HalfMultinomialLoss
    HalfPoissonLoss HalfSquaredError HalfTweedieLoss HalfTweedieLossIdentity HuberLoss PinballLoss
sklearn.calibration: _CalibratedClassifier _SigmoidCalibration
sklearn.ensemble._gb_losses: BinomialDeviance MultinomialDeviance LeastSquaresError ExponentialLoss
sklearn.ensemble._hist_gradient_boosting.binning: _BinMapper
sklearn.ensemble._hist_gradient_boosting.predictor: TreePredictor
sklearn.gaussian_process.kernels: CompoundKernel ConstantKernel DotProduct ExpSineSquared Exponentiation
    Hyperparameter Matern PairwiseKernel Product RBF RationalQuadratic Sum WhiteKernel
sklearn.linear_model._sgd_fast: EpsilonInsensitive Hinge Huber Log ModifiedHuber SquaredEpsilonInsensitive
    SquaredHinge SquaredLoss
sklearn.metrics._dist_metrics: DistanceMetric DistanceMetric32 DistanceMetric64 EuclideanDistance
    EuclideanDistance32 EuclideanDistance64 ManhattanDistance32 ManhattanDistance64 MinkowskiDistance32
    MinkowskiDistance64 newObj
sklearn.metrics._regression: r2_score mean_squared_error mean_absolute_error
sklearn.metrics._classification: accuracy_score f1_score precision_score recall_score
sklearn.metrics._scorer: _Scorer _PassthroughScorer
sklearn.model_selection._split: GroupKFold KFold LeaveOneOut RepeatedKFold RepeatedStratifiedKFold
    ShuffleSplit StratifiedKFold StratifiedShuffleSplit TimeSeriesSplit
sklearn.neighbors._ball_tree: BallTree BallTree32 BallTree64 newObj
sklearn.neighbors._kd_tree: KDTree KDTree32 KDTree64 newObj
sklearn.neural_network._stochastic_optimizers: AdamOptimizer SGDOptimizer
sklearn.tree._tree: Tree
sklearn.utils: Bunch
sklearn.utils._bunch: Bunch
"""

# Measures, scores and kernels that an estimator keeps. Values: a stream that calls one is refused.
FUNCTIONS = """
sklearn.cluster._kmeans: _kmeans_plusplus _kmeans_single_elkan _kmeans_single_lloyd _labels_inertia
    _labels_inertia_threadpool_limit _mini_batch_step _tolerance k_means kmeans_plusplus
sklearn.decomposition._fastica: _cube _exp _gs_decorrelation _ica_def _ica_par _logcosh _sym_decorrelation
    fastica
sklearn.feature_extraction.text: strip_accents_ascii strip_accents_unicode strip_tags
sklearn.feature_selection._mutual_info: mutual_info_classif mutual_info_regression
sklearn.feature_selection._univariate_selection: chi2 f_classif f_oneway f_regression r_regression
sklearn.metrics._classification: balanced_accuracy_score brier_score_loss class_likelihood_ratios
    classification_report cohen_kappa_score confusion_matrix d2_brier_score d2_log_loss_score fbeta_score
    hamming_loss hinge_loss jaccard_score log_loss matthews_corrcoef multilabel_confusion_matrix
    precision_recall_fscore_support zero_one_loss
sklearn.metrics._ranking: auc average_precision_score confusion_matrix_at_thresholds coverage_error
    dcg_score det_curve label_ranking_average_precision_score label_ranking_loss metric_at_thresholds
    ndcg_score precision_recall_curve roc_auc_score roc_curve top_k_accuracy_score
sklearn.metrics._regression: d2_absolute_error_score d2_pinball_score d2_tweedie_score
    explained_variance_score max_error mean_absolute_percentage_error mean_gamma_deviance
    mean_pinball_loss mean_poisson_deviance mean_squared_log_error mean_tweedie_deviance
    median_absolute_error root_mean_squared_error root_mean_squared_log_error
sklearn.metrics.cluster._supervised: adjusted_mutual_info_score adjusted_rand_score check_clusterings
    completeness_score contingency_matrix entropy fowlkes_mallows_score homogeneity_completeness_v_measure
    homogeneity_score mutual_info_score normalized_mutual_info_score pair_confusion_matrix rand_score
    v_measure_score
sklearn.metrics.cluster._unsupervised: calinski_harabasz_score check_number_of_labels davies_bouldin_score
    silhouette_samples silhouette_score
sklearn.metrics.pairwise: additive_chi2_kernel check_paired_arrays check_pairwise_arrays chi2_kernel
    cosine_distances cosine_similarity distance_metrics euclidean_distances haversine_distances
    kernel_metrics laplacian_kernel linear_kernel manhattan_distances nan_euclidean_distances
    paired_cosine_distances paired_distances paired_euclidean_distances paired_manhattan_distances
    pairwise_distances pairwise_distances_argmin pairwise_distances_argmin_min pairwise_distances_chunked
    pairwise_kernels polynomial_kernel rbf_kernel sigmoid_kernel
sklearn.utils.validation: as_float_array assert_all_finite check_X_y check_array check_consistent_length
    check_is_fitted check_non_negative check_random_state check_scalar check_symmetric column_or_1d
    has_fit_parameter indexable validate_data
"""
