"""Tier two: named classes of known libraries. A pickle that needs them is ``library``, never fine by itself.

Loading runs these libraries' own code, so the reviewer learns which library and which class. A class that
is on no list is ``unknown-import``. Every block is one reason; its lines are "module: names".
"""

from __future__ import annotations

from collections.abc import Iterator

from inspector.artifacts.pickles import (
    allow_library_models as models,
)
from inspector.artifacts.pickles import (
    allow_library_others as others,
)
from inspector.artifacts.pickles import (
    allow_library_settings as settings,
)
from inspector.artifacts.pickles.allow_library_around import around_training
from inspector.artifacts.pickles.allow_library_pandas import PANDAS, PANDAS_INSIDES, PANDAS_MAKERS
from inspector.artifacts.pickles.allow_library_scipy import (
    DISTRIBUTIONS,
    SCIPY_CLASSES,
    SCIPY_FUNCTIONS,
    SCIPY_READ_FROM,
)
from inspector.artifacts.pickles.allow_library_sklearn import (
    ESTIMATORS,
    ESTIMATORS_READ_FROM,
    FUNCTIONS,
    INSIDES,
)
from inspector.artifacts.pickles.allow_library_standard import STANDARD
from inspector.artifacts.pickles.allow_library_torch import TORCH_CLASSES, TORCH_FUNCTIONS
from inspector.artifacts.pickles.listed import Row
from inspector.artifacts.pickles.listed import rows_of as _rows

_TORCH_MODULES = """
torch.nn.modules.activation: CELU ELU GELU GLU Hardshrink Hardsigmoid Hardswish Hardtanh LeakyReLU
    LogSigmoid LogSoftmax Mish MultiheadAttention PReLU RReLU ReLU ReLU6 SELU SiLU Sigmoid Softmax
    Softmax2d Softmin Softplus Softshrink Softsign Tanh Tanhshrink Threshold
torch.nn.modules.adaptive: AdaptiveLogSoftmaxWithLoss
torch.nn.modules.batchnorm: BatchNorm1d BatchNorm2d BatchNorm3d LazyBatchNorm1d LazyBatchNorm2d
    LazyBatchNorm3d SyncBatchNorm _BatchNorm _LazyNormBase _NormBase
torch.nn.modules.channelshuffle: ChannelShuffle
torch.nn.modules.container: Container ModuleDict ModuleList ParameterDict ParameterList Sequential
torch.nn.modules.conv: Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d LazyConv1d
    LazyConv2d LazyConv3d LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d _ConvNd
    _ConvTransposeMixin _ConvTransposeNd
torch.nn.modules.distance: CosineSimilarity PairwiseDistance
torch.nn.modules.dropout: AlphaDropout Dropout Dropout1d Dropout2d Dropout3d FeatureAlphaDropout
    _DropoutNd
torch.nn.modules.flatten: Flatten Unflatten
torch.nn.modules.fold: Fold Unfold
torch.nn.modules.instancenorm: InstanceNorm1d InstanceNorm2d InstanceNorm3d LazyInstanceNorm1d
    LazyInstanceNorm2d LazyInstanceNorm3d _InstanceNorm
torch.nn.modules.linear: Bilinear Identity LazyLinear Linear NonDynamicallyQuantizableLinear
torch.nn.modules.loss: BCELoss BCEWithLogitsLoss CTCLoss CosineEmbeddingLoss CrossEntropyLoss
    GaussianNLLLoss HingeEmbeddingLoss HuberLoss KLDivLoss L1Loss LinearCrossEntropyLoss MSELoss
    MarginRankingLoss MultiLabelMarginLoss MultiLabelSoftMarginLoss MultiMarginLoss NLLLoss NLLLoss2d
    PoissonNLLLoss SmoothL1Loss SoftMarginLoss TripletMarginLoss TripletMarginWithDistanceLoss _Loss
    _WeightedLoss
torch.nn.modules.module: Module
torch.nn.modules.normalization: CrossMapLRN2d GroupNorm LayerNorm LocalResponseNorm RMSNorm
torch.nn.modules.padding: CircularPad1d CircularPad2d CircularPad3d ConstantPad1d ConstantPad2d
    ConstantPad3d ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d
    ReplicationPad3d ZeroPad1d ZeroPad2d ZeroPad3d _CircularPadNd _ConstantPadNd _ReflectionPadNd
    _ReplicationPadNd
torch.nn.modules.pixelshuffle: PixelShuffle PixelUnshuffle
torch.nn.modules.pooling: AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d
    AdaptiveMaxPool2d AdaptiveMaxPool3d AvgPool1d AvgPool2d AvgPool3d FractionalMaxPool2d
    FractionalMaxPool3d LPPool1d LPPool2d LPPool3d MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d MaxUnpool2d
    MaxUnpool3d _AdaptiveAvgPoolNd _AdaptiveMaxPoolNd _AvgPoolNd _LPPoolNd _MaxPoolNd _MaxUnpoolNd
torch.nn.modules.rnn: GRU GRUCell LSTM LSTMCell RNN RNNBase RNNCell RNNCellBase
torch.nn.modules.sparse: Embedding EmbeddingBag
torch.nn.modules.transformer: Transformer TransformerDecoder TransformerDecoderLayer TransformerEncoder
    TransformerEncoderLayer
torch.nn.modules.upsampling: Upsample UpsamplingBilinear2d UpsamplingNearest2d
"""

_TORCH_TRAINING = """
torch.optim.adam: Adam
torch.optim.adamw: AdamW
torch.optim.adamax: Adamax
torch.optim.adagrad: Adagrad
torch.optim.adadelta: Adadelta
torch.optim.asgd: ASGD
torch.optim.lbfgs: LBFGS
torch.optim.nadam: NAdam
torch.optim.optimizer: Optimizer
torch.optim.radam: RAdam
torch.optim.rmsprop: RMSprop
torch.optim.rprop: Rprop
torch.optim.sgd: SGD
torch.optim.sparse_adam: SparseAdam
"""

# Their constructors call the functions that they are handed.
_TORCH_SCHEDULERS = """
torch.optim.lr_scheduler: ChainedScheduler LambdaLR MultiplicativeLR SequentialLR _SchedulePhase
torch.optim.lr_scheduler: ConstantLR CosineAnnealingLR CosineAnnealingWarmRestarts CyclicLR ExponentialLR
    LinearLR MultiStepLR OneCycleLR PolynomialLR ReduceLROnPlateau StepLR _LRScheduler LRScheduler
"""

_TORCH_FURTHER = """
torch.optim: Adafactor Muon
torch.optim._adafactor: Adafactor
torch.optim._muon: Muon
torch.amp.grad_scaler: GradScaler OptState
torch.cuda.amp.grad_scaler: GradScaler OptState
torch.utils.data.dataloader: _DatasetKind
torch.nn.parameter: Buffer UninitializedParameter UninitializedBuffer
"""

_SCIPY_SPARSE = """
scipy.sparse._base: sparray
scipy.sparse._matrix: spmatrix
scipy.sparse._bsr: bsr_array bsr_matrix
scipy.sparse._coo: coo_array coo_matrix
scipy.sparse._csc: csc_array csc_matrix
scipy.sparse._csr: csr_array csr_matrix
scipy.sparse._dia: dia_array dia_matrix
scipy.sparse._dok: dok_array dok_matrix
scipy.sparse._lil: lil_array lil_matrix
scipy.sparse.bsr: bsr_matrix
scipy.sparse.coo: coo_matrix
scipy.sparse.csc: csc_matrix
scipy.sparse.csr: csr_matrix
scipy.sparse.dia: dia_matrix
scipy.sparse.dok: dok_matrix
scipy.sparse.lil: lil_matrix
"""

_BOOSTING = """
catboost.core: CatBoost CatBoostClassifier CatBoostRanker CatBoostRegressor
lightgbm.basic: Booster
lightgbm.sklearn: LGBMClassifier LGBMModel LGBMRanker LGBMRegressor _EvalFunctionWrapper
    _ObjectiveFunctionWrapper
xgboost.sklearn: XGBClassifier XGBModel XGBRFClassifier XGBRFRegressor XGBRanker XGBRankerMixIn
    XGBRegressor _SklObjWProto
xgboost.core: Booster
xgboost.callback: EarlyStopping EvaluationMonitor LearningRateScheduler TrainingCheckPoint
"""

_NUMPY_CLASSES = """
numpy: matrix record vectorize
numpy: absolute add exp exp2 expm1 isfinite isnan log log10 log1p log2 maximum mean minimum multiply sqrt
    square std subtract sum
numpy.matrixlib.defmatrix: matrix
numpy.ma: MaskedArray
numpy.ma.core: _mareconstruct MaskedArray MaskedConstant mvoid
numpy.polynomial.polynomial: Polynomial
numpy.polynomial.chebyshev: Chebyshev
numpy.polynomial.hermite: Hermite
numpy.polynomial.hermite_e: HermiteE
numpy.polynomial.laguerre: Laguerre
numpy.polynomial.legendre: Legendre
numpy: poly1d
numpy.lib.polynomial: poly1d
numpy.lib._polynomial_impl: poly1d
numpy.char: chararray
numpy.core.defchararray: chararray
numpy.random._pickle: __bit_generator_ctor
numpy.random._mt19937: MT19937
numpy.random._pcg64: PCG64 PCG64DXSM
numpy.random._philox: Philox
numpy.random._sfc64: SFC64
numpy.random.bit_generator: SeedSequence __pyx_unpickle_SeedSequence
numpy.random.mtrand: RandomState
"""

_JOBLIB = """
joblib.numpy_pickle: NumpyArrayWrapper
sklearn.externals.joblib.numpy_pickle: NumpyArrayWrapper
"""

_JOBLIB_CACHES = """
joblib.memory: Memory
sklearn.externals.joblib.memory: Memory
"""

_JOBLIB_FILES = """
joblib.numpy_pickle: NDArrayWrapper ZNDArrayWrapper
joblib.numpy_pickle_compat: NDArrayWrapper ZNDArrayWrapper
sklearn.externals.joblib.numpy_pickle: NDArrayWrapper ZNDArrayWrapper
"""

_TRAINING_ENUMS = """
transformers.trainer_utils: IntervalStrategy EvaluationStrategy HubStrategy SchedulerType SaveStrategy
    FSDPOption ShardedDDPOption
transformers.training_args: OptimizerNames ParallelMode
transformers.utils.generic: ExplicitEnum PaddingStrategy TensorType
accelerate.utils.dataclasses: DistributedType PrecisionType DynamoBackend
sentence_transformers.training_args: BatchSamplers MultiDatasetBatchSamplers
"""

_TRAINING_SETTINGS = """
transformers.training_args: TrainingArguments
transformers.training_args_seq2seq: Seq2SeqTrainingArguments
transformers.trainer_pt_utils: AcceleratorConfig
transformers.deepspeed: HfTrainerDeepSpeedConfig HfDeepSpeedConfig
transformers.integrations.deepspeed: HfTrainerDeepSpeedConfig HfDeepSpeedConfig
transformers.tokenization_utils_base: BatchEncoding AddedToken
tokenizers: AddedToken
accelerate.state: PartialState AcceleratorState
accelerate.utils.dataclasses: DeepSpeedPlugin
accelerate.utils.deepspeed: HfDeepSpeedConfig
sentence_transformers.training_args: SentenceTransformerTrainingArguments
setfit.modeling: SetFitHead
trl.trainer.sft_config: SFTConfig
trl.trainer.dpo_config: DPOConfig FDivergenceType
trl.trainer.grpo_config: GRPOConfig
trl.trainer.kto_config: KTOConfig
"""


def _other_libraries() -> Iterator[Row]:
    """Most of these classes pickle their state alone: arguments for a constructor are not their writing."""
    reads = {**others.READ_FROM, **models.READ_FROM, **settings.READ_FROM}
    estimator, model = "what the library keeps for a fitted model", "a layer or a whole model of the library"
    yield from _rows(
        others.IMBALANCED, "class", "an estimator of imbalanced-learn", reads["imbalanced"], "bare"
    )
    yield from _rows(others.NETWORKX, "class", "a graph or a view of one", reads["networkx"])
    yield from _rows(others.NETWORKX_FUNCTIONS, "value", "marks a graph as frozen", reads["networkx"])
    yield from _rows(others.STATSMODELS, "class", estimator, reads["statsmodels"], "bare")
    yield from _rows(others.STATSMODELS_FURTHER, "class", estimator, reads["statsmodels"], "bare")
    yield from _rows(others.STATSMODELS_INSIDES, "class", estimator, reads["statsmodels"])
    yield from _rows(others.NLTK, "class", estimator, reads["nltk"], "bare")
    yield Row("nltk.probability", "FreqDist", "class", "counts", "", reads["nltk"])
    yield from _rows(others.GENSIM, "class", estimator, reads["gensim"], "bare")
    yield from _rows(others.GENSIM_FUNCTIONS, "value", "a function that a model keeps", reads["gensim"])
    yield from _rows(others.HDBSCAN, "class", estimator, reads["hdbscan"], "bare")
    yield from _rows(models.TORCHVISION, "class", model, reads["torchvision"], "bare")
    yield from _rows(models.TIMM, "class", model, reads["timm"], "bare")
    yield from _rows(models.TRANSFORMERS, "class", model, reads["transformers"], "bare")
    yield from _rows(settings.TRANSFORMERS_OUTPUTS, "class", "the output of a model", reads["transformers"])
    yield from _rows(settings.TRANSFORMERS_SETTINGS, "class", "settings", reads["transformers"], "bare")
    yield from _rows(settings.TRANSFORMERS_FUNCTIONS, "value", "a kept function", reads["transformers"])
    yield from _rows(settings.ACCELERATE, "class", "settings", reads["accelerate"], "bare")
    yield from _rows(settings.ACCELERATE_ENUMS, "enum", "a setting", reads["accelerate"])
    yield from _rows(settings.PEFT, "class", "settings of an adapter", reads["peft"], "bare")
    yield from _rows(settings.PEFT_ENUMS, "enum", "a setting of an adapter", reads["peft"])
    yield from _rows(
        "tokenizers.models: Model BPE WordPiece WordLevel Unigram",
        "class",
        "a vocabulary; its constructor takes names of files as well",
        settings.SMALL_READ_FROM,
        "no-text",
    )
    yield from _rows(settings.SMALL_VALUES, "class", "a value of the library", settings.SMALL_READ_FROM)


# Test suites keep answers of services as pickles. Setting such an object's state opens no connection: it
# assigns attributes (Response.__setstate__) and fills a dictionary (RequestsCookieJar.__setstate__).
_RECORDED_ANSWERS = """
requests.models: Response PreparedRequest
requests.structures: CaseInsensitiveDict
requests.cookies: RequestsCookieJar
http.cookiejar: DefaultCookiePolicy Cookie
"""

LIBRARY: tuple[Row, ...] = (
    *_rows(ESTIMATORS, "class", "an estimator of scikit-learn", ESTIMATORS_READ_FROM),
    *_rows(INSIDES, "class", "what scikit-learn keeps inside a fitted estimator", ESTIMATORS_READ_FROM),
    *_rows(FUNCTIONS, "value", "a measure or kernel that an estimator keeps", ESTIMATORS_READ_FROM),
    *_rows(_TORCH_MODULES, "class", "a layer of torch, pickled as a whole object", "torch 2.13.0"),
    *_rows(_TORCH_TRAINING, "class", "the state of a torch training run", "torch 2.13.0"),
    Row("torch.utils.data.dataloader", "DataLoader", "class", "hands out a data set", "bare", "torch 2.13.0"),
    *_rows(_TORCH_FURTHER, "class", "the state of a torch training run", "torch 2.13.0"),
    *_rows(_TORCH_SCHEDULERS, "class", "the state of a torch training run", "torch 2.13.0", "bare"),
    *_rows(TORCH_CLASSES, "class", "a layer, distribution or data set of torch", "torch 2.13.0"),
    *_rows(TORCH_FUNCTIONS, "value", "the activation that a layer keeps", "torch 2.13.0"),
    *_rows(_SCIPY_SPARSE, "class", "a sparse matrix of scipy", "scipy 1.17.1"),
    *_rows(DISTRIBUTIONS, "class", "a distribution of scipy", SCIPY_READ_FROM, "scipy-distribution"),
    *_rows(SCIPY_CLASSES, "class", "an interpolator, tree or result of scipy", SCIPY_READ_FROM),
    *_rows(SCIPY_FUNCTIONS, "value", "a function over arrays that a scipy object keeps", SCIPY_READ_FROM),
    *_rows(PANDAS, "class", "a table, column or index of pandas", "pandas 3.1.1 and 1.5"),
    *_rows(PANDAS_INSIDES, "class", "what a table of pandas keeps inside", "pandas 3.1.1"),
    *_rows(
        _BOOSTING,
        "class",
        "a boosted model, whose bytes its own library reads",
        "xgboost 3.2.0, lightgbm 4.7.0 and catboost 1.2",
        "bare",
    ),
    *_rows(
        _NUMPY_CLASSES,
        "class",
        "an array subclass, a function over arrays or a random state of numpy",
        "numpy 2.4.6",
    ),
    *(
        Row(module, "recarray", "class", "an array of records", "numpy-array", "numpy 2.4.6")
        for module in ("numpy", "numpy.rec", "numpy.core.records", "numpy._core.records")
    ),
    *(
        Row(module, names, "function", "makes an index of pandas", "pandas-index", "pandas 3.1.1 and 1.5")
        for module, names in PANDAS_MAKERS
    ),
    Row(
        "numpy.random._pickle",
        "__generator_ctor __randomstate_ctor",
        "function",
        "rebuilds a random state of numpy",
        "numpy-generator",
        "numpy 2.4.6",
    ),
    *_rows(_JOBLIB, "class", "an array that joblib keeps beside the pickle", "joblib 1.6.0", "joblib-array"),
    *_rows(_JOBLIB_CACHES, "class", "where an estimator keeps results", "joblib 1.6.0", "bare"),
    *_rows(
        _RECORDED_ANSWERS, "class", "a recorded answer of a web service", "requests 2.34.2 and CPython 3.13"
    ),
    *_rows(_TRAINING_ENUMS, "enum", "a setting of a training run", "fickling 0.1.12 and transformers"),
    *_rows(
        _TRAINING_SETTINGS,
        "class",
        "the settings of a training run",
        "fickling 0.1.12 and transformers",
        "bare",
    ),
    *_rows(
        _JOBLIB_FILES,
        "class",
        "an array that joblib before 0.10 keeps in a file beside the pickle",
        "joblib 0.9 and 1.6.0",
        "joblib-file",
    ),
    *_other_libraries(),
    *around_training(),
    *STANDARD,
)
