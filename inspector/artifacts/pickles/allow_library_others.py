"""Tier two beyond scikit-learn and scipy: estimators, graphs, statistics and language tools by exact name.

Each table lists the classes of one library that stand in pickles of its fitted objects.
"""

from __future__ import annotations

IMBALANCED = """
imblearn.base: BaseSampler FunctionSampler
imblearn.combine._smote_enn: SMOTEENN
imblearn.combine._smote_tomek: SMOTETomek
imblearn.ensemble._bagging: BalancedBaggingClassifier
imblearn.ensemble._easy_ensemble: EasyEnsembleClassifier
imblearn.ensemble._forest: BalancedRandomForestClassifier
imblearn.ensemble._weight_boosting: RUSBoostClassifier
imblearn.metrics.pairwise: ValueDifferenceMetric
imblearn.over_sampling._adasyn: ADASYN
imblearn.over_sampling._random_over_sampler: RandomOverSampler
imblearn.over_sampling._smote.base: BaseSMOTE SMOTE SMOTEN SMOTENC
imblearn.over_sampling._smote.cluster: KMeansSMOTE
imblearn.over_sampling._smote.filter: BorderlineSMOTE SVMSMOTE
imblearn.over_sampling.base: BaseOverSampler
imblearn.pipeline: Pipeline
imblearn.under_sampling._prototype_generation._cluster_centroids: ClusterCentroids
imblearn.under_sampling._prototype_selection._condensed_nearest_neighbour: CondensedNearestNeighbour
imblearn.under_sampling._prototype_selection._edited_nearest_neighbours: AllKNN EditedNearestNeighbours
    RepeatedEditedNearestNeighbours
imblearn.under_sampling._prototype_selection._instance_hardness_threshold: InstanceHardnessThreshold
imblearn.under_sampling._prototype_selection._nearmiss: NearMiss
imblearn.under_sampling._prototype_selection._neighbourhood_cleaning_rule: NeighbourhoodCleaningRule
imblearn.under_sampling._prototype_selection._one_sided_selection: OneSidedSelection
imblearn.under_sampling._prototype_selection._random_under_sampler: RandomUnderSampler
imblearn.under_sampling._prototype_selection._tomek_links: TomekLinks
imblearn.under_sampling.base: BaseCleaningSampler BaseUnderSampler
imblearn.pipeline: Pipeline
"""

NETWORKX = """
networkx.classes.coreviews: AdjacencyView AtlasView FilterAdjacency FilterAtlas FilterMultiAdjacency
    FilterMultiInner MultiAdjacencyView UnionAdjacency UnionAtlas UnionMultiAdjacency UnionMultiInner
networkx.classes.digraph: DiGraph _CachedPropertyResetterAdjAndSucc _CachedPropertyResetterPred
networkx.classes.filters: show_nodes
networkx.classes.graph: Graph _CachedPropertyResetterAdj _CachedPropertyResetterNode
networkx.classes.multidigraph: MultiDiGraph
networkx.classes.multigraph: MultiGraph
networkx.classes.reportviews: DegreeView DiDegreeView DiMultiDegreeView EdgeDataView EdgeView EdgeViewABC
    InDegreeView InEdgeDataView InEdgeView InMultiDegreeView InMultiEdgeDataView InMultiEdgeView
    MultiDegreeView MultiEdgeDataView MultiEdgeView NodeDataView NodeView OutDegreeView OutEdgeDataView
    OutEdgeView OutMultiDegreeView OutMultiEdgeDataView OutMultiEdgeView
"""

NETWORKX_FUNCTIONS = """
networkx.classes.function: frozen
"""

STATSMODELS = """
statsmodels.base.data: FormulaicData ModelData PandasData PatsyData
statsmodels.base.model: GenericLikelihoodModel GenericLikelihoodModelResults LikelihoodModel
    LikelihoodModelResults LikelihoodResultsWrapper Model ResultMixin Results _LLRMixin
statsmodels.base.wrapper: ResultsWrapper
statsmodels.discrete.discrete_model: BinaryModel BinaryResults BinaryResultsWrapper CountModel
    CountResults CountResultsWrapper DiscreteModel DiscreteResults GeneralizedPoisson
    GeneralizedPoissonResults GeneralizedPoissonResultsWrapper L1BinaryResults L1BinaryResultsWrapper
    L1CountResults L1CountResultsWrapper L1GeneralizedPoissonResults L1GeneralizedPoissonResultsWrapper
    L1MultinomialResults L1MultinomialResultsWrapper L1NegativeBinomialResults
    L1NegativeBinomialResultsWrapper L1PoissonResults L1PoissonResultsWrapper Logit LogitResults MNLogit
    MultinomialModel MultinomialResults MultinomialResultsWrapper NegativeBinomial NegativeBinomialP
    NegativeBinomialPResults NegativeBinomialPResultsWrapper NegativeBinomialResults
    NegativeBinomialResultsWrapper OrderedResults OrderedResultsWrapper Poisson PoissonResults
    PoissonResultsWrapper Probit ProbitResults
statsmodels.genmod.families.family: Binomial Family Gamma Gaussian InverseGaussian NegativeBinomial
    Poisson Tweedie
statsmodels.genmod.families.links: CDFLink CLogLog Cauchy Identity InversePower InverseSquared Link Log
    LogC LogLog Logit NegativeBinomial Power Probit Sqrt cauchy cloglog identity inverse_power
    inverse_squared log logc logit loglog nbinom probit sqrt
statsmodels.genmod.families.varfuncs: Binomial NegativeBinomial Power VarianceFunction
statsmodels.genmod.generalized_linear_model: GLM GLMResults GLMResultsWrapper
statsmodels.regression.linear_model: CompareLRTestResult ELTestResult GLS GLSAR OLS OLSResults
    RegressionModel RegressionResults RegressionResultsWrapper WLS YuleWalkerResult
statsmodels.robust.norms: AndrewWave Hampel HuberT LeastSquares MQuantileNorm RamsayE RobustNorm StudentT
    TrimmedMean TukeyBiweight TukeyQuartic
statsmodels.robust.robust_linear_model: RLM RLMResults RLMResultsWrapper
statsmodels.tools.tools: Bunch
statsmodels.tsa.arima.model: ARIMA ARIMAResults ARIMAResultsWrapper
statsmodels.tsa.arima.params: SARIMAXParams
statsmodels.tsa.arima.specification: SARIMAXSpecification
statsmodels.tsa.base.tsa_model: TimeSeriesModel TimeSeriesModelResults TimeSeriesResultsWrapper
statsmodels.tsa.holtwinters._exponential_smoothers: HoltWintersArgs
statsmodels.tsa.holtwinters._smoothers: HoltWintersArgs
statsmodels.tsa.holtwinters.model: ExponentialSmoothing Holt SimpleExpSmoothing _OptConfig
statsmodels.tsa.holtwinters.results: HoltWintersResults HoltWintersResultsWrapper
statsmodels.tsa.statespace.initialization: Initialization
statsmodels.tsa.statespace.kalman_filter: FilterResults KalmanFilter PredictionResults
statsmodels.tsa.statespace.kalman_smoother: KalmanSmoother SmootherResults
statsmodels.tsa.statespace.mlemodel: MLEModel MLEResults MLEResultsWrapper PredictionResults
    PredictionResultsWrapper
statsmodels.tsa.statespace.representation: FrozenRepresentation MatrixWrapper OptionWrapper Representation
statsmodels.tsa.statespace.sarimax: SARIMAX SARIMAXResults SARIMAXResultsWrapper
statsmodels.tsa.statespace.simulation_smoother: SimulationSmoothResults SimulationSmoother
statsmodels.tsa.tsatools: LagmatResult
"""

STATSMODELS_FURTHER = """
statsmodels.regression.mixed_linear_model: MixedLM MixedLMParams MixedLMResults MixedLMResultsWrapper
    VCSpec _mixedlm_distribution
statsmodels.tsa.statespace.sarimax: SARIMAX SARIMAXResults SARIMAXResultsWrapper
statsmodels.tsa.statespace.structural: UnobservedComponents UnobservedComponentsResults
    UnobservedComponentsResultsWrapper
statsmodels.tsa.statespace.varmax: VARMAX VARMAXResults VARMAXResultsWrapper
statsmodels.tsa.statespace.dynamic_factor: DynamicFactor DynamicFactorResults DynamicFactorResultsWrapper
statsmodels.tsa.statespace.simulation_smoother: SimulationSmoothResults SimulationSmoother
statsmodels.tsa.vector_ar.var_model: FEVD LagOrderResults VAR VARProcess VARResults VARResultsWrapper
statsmodels.tsa.vector_ar.vecm: CointRankResults JohansenTestResult VECM VECMResults
statsmodels.tsa.ar_model: AR AROrderSelectionResults ARResults AutoReg AutoRegResults
    AutoRegResultsWrapper InformationCriteria
statsmodels.tsa.deterministic: CalendarDeterministicTerm CalendarFourier CalendarSeasonality
    CalendarTimeTrend DeterministicProcess DeterministicTerm Fourier FourierDeterministicTerm Seasonality
    TimeTrend TimeTrendDeterministicTerm
statsmodels.regression.quantile_regression: QuantReg QuantRegResults
statsmodels.regression.rolling: RollingOLS RollingRegressionResults RollingStore RollingWLS
statsmodels.gam.generalized_additive_model: GLMGam GLMGamResults GLMGamResultsWrapper LogitGam
statsmodels.genmod.generalized_estimating_equations: GEE GEEMargins GEEResults GEEResultsWrapper
    NominalGEE NominalGEEResults NominalGEEResultsWrapper OrdinalGEE OrdinalGEEResults
    OrdinalGEEResultsWrapper ParameterConstraint _Multinomial _MultinomialLogit
statsmodels.duration.hazard_regression: PHReg PHRegResults PHSurvivalTime rv_discrete_float
statsmodels.duration.survfunc: CumIncidenceRight SurvfuncRight
statsmodels.miscmodels.ordinal_model: OrderedModel OrderedResults OrderedResultsWrapper
statsmodels.discrete.conditional_models: ConditionalLogit ConditionalMNLogit ConditionalPoisson
    ConditionalResults ConditionalResultsWrapper _ConditionalModel
statsmodels.discrete.count_model: GenericZeroInflated L1ZeroInflatedGeneralizedPoissonResults
    L1ZeroInflatedGeneralizedPoissonResultsWrapper L1ZeroInflatedNegativeBinomialResults
    L1ZeroInflatedNegativeBinomialResultsWrapper L1ZeroInflatedPoissonResults
    L1ZeroInflatedPoissonResultsWrapper ZeroInflatedGeneralizedPoisson
    ZeroInflatedGeneralizedPoissonResults ZeroInflatedGeneralizedPoissonResultsWrapper
    ZeroInflatedNegativeBinomialP ZeroInflatedNegativeBinomialResults
    ZeroInflatedNegativeBinomialResultsWrapper ZeroInflatedPoisson ZeroInflatedPoissonResults
    ZeroInflatedPoissonResultsWrapper ZeroInflatedResults
statsmodels.stats.anova: AnovaRM AnovaResults
statsmodels.nonparametric.kde: KDEResult KDEUnivariate
statsmodels.multivariate.pca: PCA
statsmodels.distributions.empirical_distribution: ECDF ECDFDiscrete StepFunction
statsmodels.tsa.forecasting.theta: ThetaModel ThetaModelResults
statsmodels.genmod.cov_struct: Autoregressive CategoricalCovStruct CovStruct Equivalence Exchangeable
    GlobalOddsRatio Independence Nested NominalIndependence OrdinalIndependence Stationary Unstructured
"""

STATSMODELS_INSIDES = """
statsmodels.tsa.statespace._simulation_smoother: cSimulationSmoother dSimulationSmoother
    sSimulationSmoother zSimulationSmoother
statsmodels.tsa.statespace._representation: cStatespace dStatespace sStatespace zStatespace
statsmodels.tsa.statespace._kalman_filter: cKalmanFilter dKalmanFilter sKalmanFilter zKalmanFilter
statsmodels.tsa.statespace._kalman_smoother: cKalmanSmoother dKalmanSmoother sKalmanSmoother
    zKalmanSmoother
statsmodels.tsa.statespace._representation: cStatespace dStatespace sStatespace zStatespace
statsmodels.tsa.statespace._kalman_filter: cKalmanFilter dKalmanFilter sKalmanFilter zKalmanFilter
statsmodels.tsa.statespace._kalman_smoother: cKalmanSmoother dKalmanSmoother sKalmanSmoother zKalmanSmoother
statsmodels.tsa.statespace._initialization: cInitialization dInitialization sInitialization zInitialization
scipy.optimize._lbfgsb_py: LbfgsInvHessProduct
scipy.optimize._optimize: OptimizeWarning
"""

NLTK = """
nltk.classify.decisiontree: DecisionTreeClassifier
nltk.classify.maxent: BinaryMaxentFeatureEncoding FunctionBackedMaxentFeatureEncoding MaxentClassifier
    TypedMaxentFeatureEncoding
nltk.classify.naivebayes: NaiveBayesClassifier
nltk.grammar: CFG DependencyGrammar DependencyProduction FeatStructNonterminal FeatureGrammar
    FeatureValueType Nonterminal PCFG ProbabilisticDependencyGrammar ProbabilisticProduction Production
nltk.lm.api: LanguageModel Smoothing
nltk.lm.counter: NgramCounter
nltk.lm.models: Laplace Lidstone MLE StupidBackoff
nltk.lm.smoothing: AbsoluteDiscounting KneserNey WittenBell
nltk.lm.vocabulary: Vocabulary
nltk.probability: ConditionalFreqDist ConditionalProbDist CrossValidationProbDist
    DictionaryConditionalProbDist DictionaryProbDist ELEProbDist HeldoutProbDist KneserNeyProbDist
    LaplaceProbDist LidstoneProbDist MLEProbDist MutableProbDist ProbDistI RandomProbDist
    SimpleGoodTuringProbDist UniformProbDist WittenBellProbDist
nltk.stem.arlstem: ARLSTem
nltk.stem.arlstem2: ARLSTem2
nltk.stem.cistem: Cistem
nltk.stem.lancaster: LancasterStemmer
nltk.stem.porter: PorterStemmer
nltk.stem.regexp: RegexpStemmer
nltk.stem.rslp: RSLPStemmer
nltk.stem.snowball: ArabicStemmer DanishStemmer DutchStemmer EnglishStemmer FinnishStemmer FrenchStemmer
    GermanStemmer HungarianStemmer NorwegianStemmer PorterStemmer PortugueseStemmer RomanianStemmer
    RussianStemmer SnowballStemmer SpanishStemmer SwedishStemmer _LanguageSpecificStemmer
    _ScandinavianStemmer _StandardStemmer
nltk.stem.wordnet: WordNetLemmatizer
nltk.tag.brill: BrillTagger Pos Word
nltk.tag.perceptron: AveragedPerceptron PerceptronTagger
nltk.tag.sequential: AffixTagger BigramTagger ClassifierBasedPOSTagger ClassifierBasedTagger ContextTagger
    DefaultTagger NgramTagger RegexpTagger SequentialBackoffTagger TrigramTagger UnigramTagger
nltk.tag.tnt: TnT
nltk.tbl.rule: Rule TagRule
nltk.tbl.template: Template
nltk.tokenize.api: StringTokenizer
nltk.tokenize.casual: TweetTokenizer
nltk.tokenize.destructive: NLTKWordTokenizer
nltk.tokenize.legality_principle: LegalitySyllableTokenizer
nltk.tokenize.mwe: MWETokenizer
nltk.tokenize.punkt: PunktBaseClass PunktLanguageVars PunktParameters PunktSentenceTokenizer PunktToken
    PunktTokenizer PunktTrainer
nltk.tokenize.regexp: BlanklineTokenizer RegexpTokenizer WhitespaceTokenizer WordPunctTokenizer
nltk.tokenize.sexpr: SExprTokenizer
nltk.tokenize.simple: CharTokenizer LineTokenizer SpaceTokenizer TabTokenizer
nltk.tokenize.sonority_sequencing: SyllableTokenizer
nltk.tokenize.texttiling: TextTilingTokenizer TokenSequence TokenTableField
nltk.tokenize.toktok: ToktokTokenizer
nltk.tokenize.treebank: TreebankWordDetokenizer TreebankWordTokenizer
nltk.tokenize.util: CJKChars
nltk.tree.parented: AbstractParentedTree MultiParentedTree ParentedTree
nltk.tree.probabilistic: ProbabilisticTree
nltk.tree.tree: Tree
"""

GENSIM = """
gensim.corpora.dictionary: Dictionary
gensim.models: VocabTransform
gensim.models.atmodel: AuthorTopicModel AuthorTopicState
gensim.models.bm25model: AtireBM25Model BM25ABC LuceneBM25Model OkapiBM25Model
gensim.models.coherencemodel: CoherenceModel
gensim.models.doc2vec: Doc2Vec Doc2VecTrainables Doc2VecVocab
gensim.models.fasttext: FastText FastTextKeyedVectors FastTextTrainables FastTextVocab
gensim.models.hdpmodel: HdpModel
gensim.models.keyedvectors: KeyedVectors
gensim.models.ldamodel: LdaModel LdaState
gensim.models.ldaseqmodel: LdaPost LdaSeqModel sslm
gensim.models.logentropy_model: LogEntropyModel
gensim.models.lsimodel: LsiModel Projection
gensim.models.nmf: Nmf
gensim.models.normmodel: NormModel
gensim.models.phrases: FrozenPhrases Phrases _PhrasesTransformation
gensim.models.poincare: PoincareKeyedVectors PoincareModel
gensim.models.rpmodel: RpModel
gensim.models.tfidfmodel: TfidfModel
gensim.models.translation_matrix: BackMappingTranslationMatrix TranslationMatrix
gensim.models.word2vec: Word2Vec Word2VecTrainables Word2VecVocab
gensim.models.ldamodel: LdaState
gensim.similarities.docsim: MatrixSimilarity SparseMatrixSimilarity
"""

GENSIM_FUNCTIONS = """
gensim.utils: call_on_class_only identity
gensim.models.phrases: original_scorer npmi_scorer
gensim.models.tfidfmodel: df2idf precompute_idfs smartirs_normalize smartirs_wglobal
    smartirs_wlocal updated_pivot
"""

HDBSCAN = """
hdbscan.hdbscan_: HDBSCAN
hdbscan.prediction: PredictionData
hdbscan.plots: CondensedTree SingleLinkageTree MinimumSpanningTree
"""

READ_FROM = {
    "imbalanced": "imbalanced-learn 0.14.2",
    "networkx": "networkx 3.6.1",
    "statsmodels": "statsmodels 0.15.0",
    "nltk": "nltk 3.10.4",
    "gensim": "gensim 4.4.0",
    "hdbscan": "hdbscan 0.8.44",
}
