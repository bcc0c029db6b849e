"""The torch part of tier two beyond layers: distributions, quantized layers, hooks, data sets of tensors."""

from __future__ import annotations

TORCH_CLASSES = """
torch.distributions.bernoulli: Bernoulli
torch.distributions.beta: Beta
torch.distributions.binomial: Binomial
torch.distributions.categorical: Categorical
torch.distributions.cauchy: Cauchy
torch.distributions.chi2: Chi2
torch.distributions.constraints: Constraint MixtureSameFamilyConstraint _Boolean _Cat _CorrCholesky
    _Dependent _DependentProperty _GreaterThan _GreaterThanEq _HalfOpenInterval _IndependentConstraint
    _IntegerGreaterThan _IntegerInterval _IntegerLessThan _Interval _LessThan _LowerCholesky
    _LowerTriangular _Multinomial _OneHot _PositiveDefinite _PositiveSemidefinite _Real _Simplex _Square
    _Stack _Symmetric
torch.distributions.continuous_bernoulli: ContinuousBernoulli
torch.distributions.dirichlet: Dirichlet _Dirichlet
torch.distributions.distribution: Distribution
torch.distributions.exp_family: ExponentialFamily
torch.distributions.exponential: Exponential
torch.distributions.fishersnedecor: FisherSnedecor
torch.distributions.gamma: Gamma
torch.distributions.generalized_pareto: GeneralizedPareto
torch.distributions.geometric: Geometric
torch.distributions.gumbel: Gumbel
torch.distributions.half_cauchy: HalfCauchy
torch.distributions.half_normal: HalfNormal
torch.distributions.independent: Independent
torch.distributions.inverse_gamma: InverseGamma
torch.distributions.kumaraswamy: Kumaraswamy
torch.distributions.laplace: Laplace
torch.distributions.lkj_cholesky: LKJCholesky
torch.distributions.log_normal: LogNormal
torch.distributions.logistic_normal: LogisticNormal
torch.distributions.lowrank_multivariate_normal: LowRankMultivariateNormal
torch.distributions.mixture_same_family: MixtureSameFamily
torch.distributions.multinomial: Multinomial
torch.distributions.multivariate_normal: MultivariateNormal
torch.distributions.negative_binomial: NegativeBinomial
torch.distributions.normal: Normal
torch.distributions.one_hot_categorical: OneHotCategorical OneHotCategoricalStraightThrough
torch.distributions.pareto: Pareto
torch.distributions.poisson: Poisson
torch.distributions.relaxed_bernoulli: LogitRelaxedBernoulli RelaxedBernoulli
torch.distributions.relaxed_categorical: ExpRelaxedCategorical RelaxedOneHotCategorical
torch.distributions.studentT: StudentT
torch.distributions.transformed_distribution: TransformedDistribution
torch.distributions.transforms: AbsTransform AffineTransform CatTransform ComposeTransform
    CorrCholeskyTransform CumulativeDistributionTransform ExpTransform IndependentTransform
    LowerCholeskyTransform PositiveDefiniteTransform PowerTransform ReshapeTransform SigmoidTransform
    SoftmaxTransform SoftplusTransform StackTransform StickBreakingTransform TanhTransform Transform
    _InverseTransform
torch.distributions.uniform: Uniform
torch.distributions.von_mises: VonMises
torch.distributions.weibull: Weibull
torch.distributions.wishart: Wishart
torch.nn.utils.parametrizations: _OrthMaps _Orthogonal _SpectralNorm _WeightNorm
torch.nn.utils.parametrize: ParametrizationList
torch.nn.utils.prune: BasePruningMethod CustomFromMask Identity L1Unstructured LnStructured
    PruningContainer RandomStructured RandomUnstructured
torch.nn.utils.rnn: PackedSequence PackedSequence_
torch.nn.utils.spectral_norm: SpectralNorm SpectralNormLoadStateDictPreHook SpectralNormStateDictHook
torch.nn.utils.weight_norm: WeightNorm
torch.ao.nn.intrinsic.modules.fused: BNReLU2d BNReLU3d ConvAdd2d ConvAddReLU2d ConvBn1d ConvBn2d ConvBn3d
    ConvBnReLU1d ConvBnReLU2d ConvBnReLU3d ConvReLU1d ConvReLU2d ConvReLU3d LinearBn1d LinearLeakyReLU
    LinearReLU LinearTanh _FusedModule
torch.ao.nn.intrinsic.qat.modules.conv_fused: ConvBn1d ConvBn2d ConvBn3d ConvBnReLU1d ConvBnReLU2d
    ConvBnReLU3d ConvReLU1d ConvReLU2d ConvReLU3d _ConvBnNd
torch.ao.nn.intrinsic.qat.modules.linear_fused: LinearBn1d
torch.ao.nn.intrinsic.qat.modules.linear_relu: LinearReLU
torch.ao.nn.intrinsic.quantized.dynamic.modules.linear_relu: LinearReLU
torch.ao.nn.intrinsic.quantized.modules.bn_relu: BNReLU2d BNReLU3d
torch.ao.nn.intrinsic.quantized.modules.conv_add: ConvAdd2d ConvAddReLU2d
torch.ao.nn.intrinsic.quantized.modules.conv_relu: ConvReLU1d ConvReLU2d ConvReLU3d
torch.ao.nn.intrinsic.quantized.modules.linear_relu: LinearLeakyReLU LinearReLU LinearTanh
torch.ao.nn.qat.dynamic.modules.linear: Linear
torch.ao.nn.qat.modules.conv: Conv1d Conv2d Conv3d _ConvNd
torch.ao.nn.qat.modules.embedding_ops: Embedding EmbeddingBag
torch.ao.nn.qat.modules.linear: Linear
torch.ao.nn.quantizable.modules.activation: MultiheadAttention
torch.ao.nn.quantizable.modules.rnn: LSTM LSTMCell _LSTMLayer _LSTMSingleLayer
torch.ao.nn.quantized.dynamic.modules.conv: Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d
    ConvTranspose3d
torch.ao.nn.quantized.dynamic.modules.linear: Linear
torch.ao.nn.quantized.dynamic.modules.rnn: GRU GRUCell LSTM LSTMCell PackedParameter RNNBase RNNCell
    RNNCellBase
torch.ao.nn.quantized.modules: DeQuantize Quantize
torch.ao.nn.quantized.modules.activation: ELU Hardswish LeakyReLU MultiheadAttention PReLU ReLU6 Sigmoid
    Softmax
torch.ao.nn.quantized.modules.batchnorm: BatchNorm2d BatchNorm3d _BatchNorm
torch.ao.nn.quantized.modules.conv: Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d
    _ConvNd _ConvTransposeNd
torch.ao.nn.quantized.modules.dropout: Dropout
torch.ao.nn.quantized.modules.embedding_ops: Embedding EmbeddingBag EmbeddingPackedParams
torch.ao.nn.quantized.modules.functional_modules: FXFloatFunctional FloatFunctional QFunctional
torch.ao.nn.quantized.modules.linear: Linear LinearPackedParams
torch.ao.nn.quantized.modules.normalization: GroupNorm InstanceNorm1d InstanceNorm2d InstanceNorm3d
    LayerNorm
torch.ao.nn.quantized.modules.rnn: LSTM
torch.ao.nn.quantized.modules.utils: WeightedQuantizedModule
torch.ao.nn.quantized.reference.modules.conv: Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d
    ConvTranspose3d _ConvNd _ConvTransposeNd
torch.ao.nn.quantized.reference.modules.linear: Linear
torch.ao.nn.quantized.reference.modules.rnn: GRU GRUCell LSTM LSTMCell RNNBase RNNCell RNNCellBase
torch.ao.nn.quantized.reference.modules.sparse: Embedding EmbeddingBag
torch.ao.nn.quantized.reference.modules.utils: ReferenceQuantizedModule
torch.ao.nn.sparse.quantized.dynamic.linear: Linear
torch.ao.nn.sparse.quantized.linear: Linear LinearPackedParams
torch.ao.nn.sparse.quantized.utils: LinearBlockSparsePattern
torch.ao.quantization.fake_quantize: FakeQuantize FakeQuantizeBase FixedQParamsFakeQuantize
    FusedMovingAvgObsFakeQuantize
torch.ao.quantization.observer: AffineQuantizedObserverBase FixedQParamsObserver HistogramObserver
    MinMaxObserver MovingAverageMinMaxObserver MovingAveragePerChannelMinMaxObserver NoopObserver
    ObserverBase PerAxis PerBlock PerChannelMinMaxObserver PerGroup PerRow PerTensor PerToken
    PlaceholderObserver RecordingObserver ReuseInputObserver TorchAODType UniformQuantizationObserverBase
    ZeroPointDomain _PartialWrapper
torch.ao.quantization.qconfig: QConfig QConfigDynamic
torch.ao.quantization.qconfig_mapping: QConfigMapping
torch.ao.quantization.stubs: DeQuantStub QuantStub QuantWrapper
torch.utils.data.dataset: ChainDataset ConcatDataset Dataset IterableDataset StackDataset Subset
    TensorDataset
torch.utils.data.distributed: DistributedSampler
torch.utils.data.sampler: BatchSampler RandomSampler Sampler SequentialSampler SubsetRandomSampler
    WeightedRandomSampler
    _enable_get_lr_call _initial_mode
torch.optim.swa_utils: AveragedModel SWALR
torch: ScriptObject
torch.nn.modules.module: _WrappedHook
torch.utils.hooks: RemovableHandle
"""

# What a layer keeps as its activation. Values: a stream that calls one is refused.
TORCH_FUNCTIONS = """
torch.nn.functional: adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d
    adaptive_max_pool1d_with_indices adaptive_max_pool2d adaptive_max_pool2d_with_indices
    adaptive_max_pool3d adaptive_max_pool3d_with_indices affine_grid alpha_dropout assert_int_or_pair
    batch_norm binary_cross_entropy binary_cross_entropy_with_logits celu cosine_embedding_loss
    cross_entropy ctc_loss dropout dropout1d dropout2d dropout3d elu embedding embedding_bag
    feature_alpha_dropout fold fractional_max_pool2d fractional_max_pool2d_with_indices
    fractional_max_pool3d fractional_max_pool3d_with_indices gaussian_nll_loss glu grid_sample group_norm
    grouped_mm gumbel_softmax hardsigmoid hardswish hardtanh hinge_embedding_loss huber_loss instance_norm
    interpolate kl_div l1_loss layer_norm leaky_relu linear_cross_entropy local_response_norm log_softmax
    lp_pool1d lp_pool2d lp_pool3d margin_ranking_loss max_pool1d max_pool1d_with_indices max_pool2d
    max_pool2d_with_indices max_pool3d max_pool3d_with_indices max_unpool1d max_unpool2d max_unpool3d mish
    mse_loss multi_head_attention_forward multi_margin_loss multilabel_margin_loss
    multilabel_soft_margin_loss nll_loss normalize pad poisson_nll_loss relu relu6 rms_norm rrelu
    scaled_grouped_mm scaled_mm selu sigmoid silu smooth_l1_loss soft_margin_loss softmax softmin softsign
    tanh tanhshrink triplet_margin_loss triplet_margin_with_distance_loss unfold upsample
    upsample_bilinear upsample_nearest
torch: relu sigmoid tanh gelu
torch.utils.data._utils.collate: default_collate default_convert
torch.amp.grad_scaler: _refresh_per_optimizer_state
torch.cuda.amp.grad_scaler: _refresh_per_optimizer_state
torch._C._nn: gelu hardswish hardtanh leaky_relu log_sigmoid relu6 silu softplus
"""
