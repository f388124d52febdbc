/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.interceptor;

import java.io.Serializable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.datafast.interceptor.InvalidTrackGoalException.Violation;
import io.datafast.support.Lazy;
import io.datafast.support.ReactiveTrackingContexts;

import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.target.EmptyTargetSource;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.EmbeddedValueResolver;
import org.springframework.beans.factory.support.MergedBeanDefinitionPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.Ordered;

/**
 * Advises beans that have methods with {@link io.datafast.annotation.TrackGoal}, and
 * checks the annotations when a bean is created. It needs neither AspectJ nor an
 * auto-proxy creator.
 * <p>
 * The advice is the innermost, so that it takes part in what other advice does with the
 * method: in its transaction, on its thread, and not at all where other advice answers in
 * the method's place. Where a bean is a proxy already, the advice goes to the end of the
 * proxy's chain; a proxy that cannot be changed gets another one around it. A bean that
 * is not proxied yet gets a proxy of its class, and so stays injectable by its class.
 *
 * @serial exclude
 */
@SuppressWarnings("serial")
public final class TrackGoalBeanPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor {

	private final Map<String, Object> earlyReferences = new ConcurrentHashMap<>();

	private final ConfigurableListableBeanFactory serializedFactory;

	private final TrackedMethodSource source;

	// The advisors are created with the first bean that is advised, so that other
	// applications do not load the classes of the advice.

	private final Lazy<Advisor> innermostAdvisor;

	private final Lazy<Advisor> resubscriptionAdvisor;

	/**
	 * Create a post-processor. It looks beans up with the first goal.
	 * @param beanFactory the bean factory of the beans that are advised
	 */
	public TrackGoalBeanPostProcessor(ConfigurableListableBeanFactory beanFactory) {
		// After the post-processors of other advice, so that the bean is their proxy.
		// Before those of the lowest order: that of @Async adds its advice outside of a
		// proxy's other advice, and that of @Scheduled schedules calls of the bean.
		setOrder(Ordered.LOWEST_PRECEDENCE - 1);
		setProxyTargetClass(true);
		this.serializedFactory = beanFactory;
		this.source = new TrackedMethodSource(new EmbeddedValueResolver(beanFactory),
				Lazy.of(() -> beanFactory.getBeanProvider(ReactiveTrackingContexts.class)
					.getIfAvailable(ReactiveTrackingContexts::none)));
		this.innermostAdvisor = Lazy.of(() -> new TrackGoalAdvisor(this.source, true, beanFactory));
		this.resubscriptionAdvisor = Lazy.of(() -> new TrackGoalAdvisor(this.source, false, beanFactory));
	}

	Advisor getAdvisor(boolean innermost) {
		return (innermost ? this.innermostAdvisor : this.resubscriptionAdvisor).get();
	}

	/**
	 * The annotated methods of the beans that have been created so far.
	 * @return a copy, in no particular order
	 */
	public Set<TrackedMethod> getTrackedMethods() {
		return this.source.catalogue();
	}

	/**
	 * Whether a bean of the class has annotated methods. If so, all of them are checked,
	 * and are among the {@linkplain #getTrackedMethods() tracked methods} from then on.
	 * @param targetClass the class
	 * @return whether it has
	 * @throws InvalidTrackGoalException if an annotation is wrong
	 */
	@Override
	public boolean isEligible(Class<?> targetClass) {
		return this.source.hasTrackedMethods(targetClass);
	}

	@Override
	public Class<?> determineBeanType(Class<?> beanClass, String beanName) {
		if (!isEligible(beanClass)) {
			return beanClass;
		}
		useAdvisor();
		return super.determineBeanType(beanClass, beanName);
	}

	/**
	 * The superclass advises nothing until it has an advisor.
	 */
	private Advisor useAdvisor() {
		Advisor innermost = this.innermostAdvisor.get();
		this.advisor = innermost;
		return innermost;
	}

	/**
	 * A bean of a circular reference is advised when another bean of the circle needs it
	 * first.
	 */
	@Override
	public Object getEarlyBeanReference(Object bean, String beanName) {
		this.earlyReferences.put(beanName, target(bean));
		return advise(bean, beanName);
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		return (this.earlyReferences.remove(beanName) == target(bean)) ? bean : advise(bean, beanName);
	}

	/**
	 * The object behind the proxies of a bean.
	 */
	private static Object target(Object bean) {
		Object target = AopProxyUtils.getSingletonTarget(bean);
		return (target != null) ? target(target) : bean;
	}

	private Object advise(Object bean, String beanName) {
		// A factory method may return another bean that was injected into it. Without a
		// proxy, the advisor's class is not loaded for this question.
		if (bean instanceof AopInfrastructureBean || (bean instanceof Advised && TrackGoalAdvisor.isAdvised(bean))) {
			return bean;
		}
		Advised proxy = (bean instanceof Advised advised && !advised.isFrozen()) ? advised : null;
		boolean tracked = proxy != null && isEligible(AopUtils.getTargetClass(bean));
		boolean trackedByProxy = proxy != null && !tracked
				&& Arrays.stream(proxy.getProxiedInterfaces()).anyMatch(this::isEligible);
		if (!tracked && !trackedByProxy && !isEligible(bean, beanName)) {
			return bean;
		}
		Advisor innermost = useAdvisor();
		if (proxy != null && trackedByProxy) {
			// The method's body is advice of the proxy, as in a Spring Data repository.
			proxy.addAdvisor(0, innermost);
			return bean;
		}
		Object advisedBean = super.postProcessAfterInitialization(bean, beanName);
		if (advisedBean == bean && proxy != null && proxy.indexOf(innermost) > 0) {
			Advisor resubscription = this.resubscriptionAdvisor.get();
			if (AopUtils.canApply(resubscription, AopUtils.getTargetClass(bean))) {
				for (int i = proxy.indexOf(innermost) - 1; i >= 0; i--) {
					proxy.addAdvisor(i, resubscription);
				}
			}
		}
		return advisedBean;
	}

	/**
	 * Move the advice of this class behind advice that was added to a proxy later. Where
	 * the target does not have the annotated methods, advice of the proxy is their body,
	 * as in a Spring Data repository; the advice of this class then stays outside of it.
	 */
	private void moveInnermost(Advised advised) {
		Advisor innermost = this.advisor;
		if (innermost == null) {
			return;
		}
		int index = advised.indexOf(innermost);
		if (index >= 0 && index < advised.getAdvisorCount() - 1 && !advised.isFrozen()
				&& !(advised.getTargetSource() instanceof EmptyTargetSource)
				&& isEligible(AopUtils.getTargetClass(advised))) {
			advised.removeAdvisor(index);
			advised.addAdvisor(innermost);
		}
	}

	@Override
	protected void customizeProxyFactory(ProxyFactory proxyFactory) {
		Class<?> beanClass = Objects.requireNonNull(proxyFactory.getTargetClass());
		boolean extensible = !Modifier.isFinal(beanClass.getModifiers()) && !beanClass.isSealed();
		if (extensible && proxyFactory.isProxyTargetClass()) {
			if (Serializable.class.isAssignableFrom(beanClass)) {
				SerializableProxy.prepare(proxyFactory, this.serializedFactory);
			}
			return;
		}
		Method method = this.source.findMethodBesideInterfaces(beanClass);
		if (method != null) {
			String kind = beanClass.isSealed() ? "sealed" : extensible ? "@Proxyable(INTERFACES)" : "final";
			throw new InvalidTrackGoalException(TrackGoalParser.describe(method),
					List.of(new Violation("class", beanClass.getName() + " is " + kind,
							"a proxy cannot extend a " + kind
									+ " class, nor intercept a method that no interface declares, or a sealed one",
							"Remove '" + kind + "', declare the method in an interface that is not sealed, or call"
									+ " DataFastGoals.track(...) in the method.")));
		}
		if (!extensible) {
			proxyFactory.setProxyTargetClass(false);
			evaluateProxyInterfaces(beanClass, proxyFactory);
		}
	}

	/**
	 * Keeps the advice the innermost where another post-processor has put advice behind
	 * it. Post-processors of this kind run after all others. The proxy has to exist
	 * earlier, since some post-processors that run in between register its methods to be
	 * called, such as that of {@code @Scheduled}.
	 */
	public static final class Innermost implements MergedBeanDefinitionPostProcessor, Ordered {

		private final TrackGoalBeanPostProcessor postProcessor;

		/**
		 * Create a post-processor.
		 * @param postProcessor the post-processor that advises beans
		 */
		public Innermost(TrackGoalBeanPostProcessor postProcessor) {
			this.postProcessor = postProcessor;
		}

		@Override
		public int getOrder() {
			return Ordered.LOWEST_PRECEDENCE;
		}

		@Override
		public void postProcessMergedBeanDefinition(RootBeanDefinition beanDefinition, Class<?> type, String beanName) {
			// Nothing to prepare.
		}

		@Override
		public Object postProcessAfterInitialization(Object bean, String beanName) {
			if (bean instanceof Advised advised) {
				this.postProcessor.moveInnermost(advised);
			}
			return bean;
		}

	}

}
